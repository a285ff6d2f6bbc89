import { consulBackend } from '../../../src/backends/consul/index.js';
import { etcdBackend } from '../../../src/backends/etcd/index.js';
import type { Backend } from '../../../src/index.js';
import { startConsul } from '../../servers/consul.js';
import { startEtcd } from '../../servers/etcd.js';
import { quick } from '../harness/servers.js';

/** A store as a program of its own is told of it. */
export interface Address {
  readonly store: 'etcd' | 'consul';
  readonly host: string;
}
export const backendAt = ({ store, host }: Address, prefix = ''): Backend =>
  store === 'etcd'
    ? etcdBackend({ hosts: host, prefix })
    : consulBackend({ host: host.split(':')[0]!, port: Number(host.split(':')[1]), prefix });

/** What the specs need of a server of either kind. */
export async function start(store: Address['store']) {
  if (store === 'etcd') {
    const etcd = await startEtcd(quick);
    return { address: { store, host: etcd.host }, stop: () => etcd.stop(), server: etcd };
  }
  const consul = await startConsul();
  return { address: { store, host: `127.0.0.1:${consul.port}` }, stop: () => consul.stop(), server: consul };
}
export type Started = Awaited<ReturnType<typeof start>>;
