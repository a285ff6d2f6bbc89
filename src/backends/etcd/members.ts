import type { Etcd3, IOptions } from 'etcd3';
import { InvalidOptionsError } from '../../core/errors.js';
import { type EtcdClient, connect } from './client.js';
import { Member } from './member.js';
import { type EtcdClientOptions, type EtcdOptions, checkOptions, checkPrefix } from './options.js';
import { refuseOthers } from './refuseOthers.js';

/**
 * One client for each host, so that every host can be asked for itself: from the options, or from those that a client was
 * made with. One that doesn't tell them is asked as a whole, and never closed.
 */
export function membersOf(given: EtcdOptions | EtcdClientOptions | Etcd3): { members: Member[]; prefix: string } {
  if (isClient(given)) return membersOf({ client: given });
  if (typeof given !== 'object' || given === null) throw new InvalidOptionsError('etcdBackend takes { hosts }, or a client of etcd3.');
  if (!('client' in given)) {
    const { hosts, settings, prefix } = checkOptions(given);
    return { members: hosts.map((host) => new Member(host, connect(host, settings as Omit<IOptions, 'hosts'>))), prefix };
  }
  const { client, prefix = '', ...unknown } = given;
  refuseOthers('option beside client', unknown, ['prefix']);
  checkPrefix(prefix);
  if (!isClient(client)) throw new InvalidOptionsError('client must be an Etcd3, not a namespace or another library’s client.');
  const { hosts, ...settings } = (client as unknown as { options?: Partial<IOptions> }).options ?? {};
  if (hosts === undefined) return { members: [new Member('the given client', borrowed(client))], prefix };
  return { members: [hosts].flat().map((host) => new Member(host, connect(host, settings))), prefix };
}

/** By its shape: a client from another copy of etcd3 is one as well. */
const isClient = (given: unknown): given is Etcd3 =>
  typeof given === 'object' && given !== null && ['kv', 'leaseClient', 'watchClient', 'maintenance'].every((part) => part in given);

const borrowed = ({ kv, leaseClient, watchClient, maintenance }: Etcd3): EtcdClient => {
  return { kv, leaseClient, watchClient, maintenance, close: () => undefined };
};
