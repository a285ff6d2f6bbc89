import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { makeCertificates } from './certificates.js';
import { startConsul } from './consul.js';
import { startConsulCluster } from './consulCluster.js';

it('starts a dev agent that answers, and leaves nothing when it stops', async () => {
  const agent = await startConsul();
  await agent.consul('kv', 'put', 'one', '1');
  expect(await agent.consul('kv', 'get', 'one')).toBe('1\n');
  await agent.restart();
  await expect(agent.consul('kv', 'get', 'one')).rejects.toThrow(/No key/);

  const lock = agent.spawnConsul('lock', 'jobs', 'echo held; sleep 60');
  await lock.saw(/held/);
  await agent.stop();
  expect([agent.pid, lock.pid].filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
});

it('keeps the data of a server that is no dev agent', async () => {
  const agent = await startConsul({ dev: false });
  await agent.consul('kv', 'put', 'one', '1');
  await agent.kill();
  await agent.restart();
  expect(await agent.consul('kv', 'get', 'one')).toBe('1\n');
  await agent.stop();
});

it('denies what no token allows', async () => {
  const agent = await startConsul({ acl: true });
  await agent.consul('kv', 'put', 'one', '1');
  await expect(agent.consul('kv', 'put', '-token=anonymous', 'one', '2')).rejects.toThrow(/403/);
  await agent.stop();
});

it('serves TLS, and asks for the certificate of a client', async () => {
  const certificates = await makeCertificates();
  const agent = await startConsul({ tls: { ...certificates, mutual: true } });
  expect(await agent.consul('kv', 'put', 'one', '1')).toMatch(/Success/);
  await agent.stop();
  certificates.remove();
});

it('starts three servers and a client agent, which elect another leader when theirs is killed', async () => {
  const cluster = await startConsulCluster();
  await cluster.client.consul('kv', 'put', 'one', '1');
  const first = await cluster.leader();
  await first.kill();
  expect(await cluster.leader()).not.toBe(first);
  await first.restart();
  expect(await first.consul('kv', 'get', 'one')).toBe('1\n');
  await cluster.stop();
  expect(cluster.agents.filter(({ running }) => running)).toEqual([]);
});
