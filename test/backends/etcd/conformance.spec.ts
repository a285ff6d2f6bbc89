import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { etcdBackend } from '../../../src/backends/etcd/index.js';
import { behavesLikeABackend } from '../../../src/testing/index.js';
import { type EtcdNode, startEtcd } from '../../servers/etcd.js';

let etcd: EtcdNode;
beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(() => etcd.stop());

behavesLikeABackend('etcd', () => etcdBackend({ hosts: etcd.host }), { describe, it, expect });
behavesLikeABackend('etcd, with a prefix', () => etcdBackend({ hosts: etcd.url, prefix: 'app/' }), { describe, it, expect });
