import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EtcdNode, startEtcd } from './etcd.js';
import { startProxy } from './faultProxy.js';
import { until } from './until.js';

let etcd: EtcdNode;
beforeAll(async () => void (etcd = await startEtcd()));
afterAll(() => etcd.stop());

const value = (key: string) => etcd.etcdctl('get', key, '--print-value-only');

it('delivers a request that etcd executes after its client has gone', async () => {
  const proxy = await startProxy({ target: etcd.host });
  const hold = proxy.hold((chunk) => chunk.includes('held-key'));
  const put = etcd.spawnEtcdctl('put', 'held-key', '1', `--endpoints=${proxy.host}`);
  await hold.caught;
  await put.kill();
  expect(await value('held-key')).toBe('');
  hold.letGo({ restAfter: 200 });
  await until('the key', () => value('held-key'));
  await proxy.close();
});

it('loses the answer of a request that etcd has executed', async () => {
  const proxy = await startProxy({ target: etcd.host });
  const cut = proxy.cutAfter((chunk) => chunk.includes('cut-key'), { how: 'silence' });
  const put = etcd.etcdctl('put', 'cut-key', '1', `--endpoints=${proxy.host}`, '--command-timeout=500ms');
  await cut;
  expect(await value('cut-key')).toBe('1\n');
  await expect(put).rejects.toThrow(/deadline exceeded/);
  await proxy.close();
});
