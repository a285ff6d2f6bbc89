import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consulBackend } from '../../../src/backends/consul/index.js';
import { behavesLikeABackend } from '../../../src/testing/behavesLikeABackend.js';
import { type ConsulAgent, startConsul } from '../../servers/consul.js';
import { type ConsulCluster, startConsulCluster } from '../../servers/consulCluster.js';

describe('on one agent', () => {
  let agent: ConsulAgent;
  beforeAll(async () => void (agent = await startConsul()));
  afterAll(() => agent.stop());

  behavesLikeABackend('consul', () => consulBackend({ port: agent.port }), { describe, it, expect });
  behavesLikeABackend('consul with a prefix', () => consulBackend({ port: agent.port, prefix: 'svc/' }), { describe, it, expect });
  behavesLikeABackend('consul by sessions alone', () => consulBackend({ port: agent.port, liveness: 'session' }), {
    describe,
    it,
    expect,
  });
});

describe('through a client agent', () => {
  let cluster: ConsulCluster;
  beforeAll(async () => void (cluster = await startConsulCluster(1)));
  afterAll(() => cluster.stop());

  behavesLikeABackend('consul', () => consulBackend({ port: cluster.client.port }), { describe, it, expect });
});
