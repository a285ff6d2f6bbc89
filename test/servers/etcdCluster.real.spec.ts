import { expect, it } from 'vitest';
import { startEtcdCluster } from './etcdCluster.js';
import { until } from './until.js';

it.each(['3.4', '3.5'])('starts three nodes of etcd %s that elect another leader when theirs is killed', async (version) => {
  const cluster = await startEtcdCluster(3, { version });
  const first = await cluster.leader();
  const [follower] = await cluster.followers();
  await first.etcdctl('put', 'one', '1');
  await first.kill();
  const second = await cluster.leader();
  expect(second).not.toBe(first);
  expect(await follower?.etcdctl('get', 'one', '--print-value-only')).toBe('1\n');
  await first.restart();
  await until('it answers again', async () => (await first.etcdctl('get', 'one', '--print-value-only').catch(() => '')) === '1\n');
  await cluster.stop();
  expect(cluster.nodes.filter(({ running }) => running)).toEqual([]);
});
