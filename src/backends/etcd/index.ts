import type { Etcd3 } from 'etcd3';
import type { Backend } from '../../core/types.js';
import { backendOver } from './backend.js';
import { membersOf } from './members.js';
import type { EtcdClientOptions, EtcdOptions } from './options.js';

export type { EtcdClientOptions, EtcdCredentials, EtcdOptions } from './options.js';

/**
 * Leases, claims and leaders over etcd 3.4 or later.
 *
 * Every host is asked for itself: renewals go to all of them side by side, everything else to one that answers. Claims stand in
 * one queue with those of `etcdctl lock`, `etcdctl elect` and the Go recipes.
 *
 * @example
 * ```ts
 * const backend = etcdBackend({ hosts: '10.0.0.1:2379,10.0.0.2:2379,10.0.0.3:2379' });
 * ```
 *
 * @returns Connects when it is first used; ends its connections, watches and leases on `close()`.
 * @throws {InvalidOptionsError} at once, naming the option; as a notification, when the hosts turn out to be of two clusters.
 */
export function etcdBackend(options: EtcdOptions | EtcdClientOptions | Etcd3): Backend {
  return backendOver(membersOf(options));
}
