import { expect } from 'vitest';
import type { Certificates } from '../../servers/certificates.js';
import type { EtcdNode } from '../../servers/etcd.js';
import { until } from '../../servers/until.js';
import { streams, watchers } from './metrics.js';

/** The keys below `prefix`, oldest first. */
export async function keys(etcd: EtcdNode, prefix = ''): Promise<string[]> {
  const listed = await etcd.etcdctl('get', '--prefix', prefix, '--keys-only', '--sort-by=CREATE');
  return listed.split('\n').filter((line) => line !== '');
}
/** The leases that the store keeps, in hex. */
export async function leases(etcd: EtcdNode): Promise<string[]> {
  const [, ...ids] = (await etcd.etcdctl('lease', 'list')).trim().split('\n');
  return ids;
}
/** What the server still has of its clients. */
export const leftovers = async (etcd: EtcdNode, certificates?: Certificates) => ({
  keys: await keys(etcd),
  leases: await leases(etcd),
  watchers: await watchers({ url: etcd.url, certificates }),
  streams: await streams({ url: etcd.url, certificates }),
});

/** After `close()`: no key, lease, watch or stream. The server counts a stream as ended a moment after its client has. */
export async function expectNothingLeft(etcd: EtcdNode, certificates?: Certificates): Promise<void> {
  const nothing = { keys: [], leases: [], watchers: 0, streams: 0 };
  const look = () => leftovers(etcd, certificates);
  await until('nothing left', async () => JSON.stringify(await look()) === JSON.stringify(nothing), 3_000).catch(() => undefined);
  expect(await look()).toEqual(nothing);
}
