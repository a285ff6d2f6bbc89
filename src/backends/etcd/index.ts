import type { Etcd3 } from 'etcd3';
import { Lifetime } from '../../core/lifetime.js';
import type { Backend } from '../../core/types.js';
import { acquire } from './acquire.js';
import { closable } from './closable.js';
import { Cluster } from './cluster.js';
import { Ledger } from './ledger.js';
import { leases } from './leases.js';
import { limits } from './limits.js';
import { membersOf } from './members.js';
import { monitor } from './monitor.js';
import type { EtcdClientOptions, EtcdOptions } from './options.js';
import { update } from './update.js';
import { Views } from './views.js';
import { watch } from './watch.js';
import { Watches } from './watches.js';
import { sweep, withdraw } from './withdraw.js';

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
  const { members, prefix } = membersOf(options);
  const cluster = new Cluster(members);
  const ledger = new Ledger(prefix);
  const watches = new Watches(cluster);
  const seen = ({ path, lease }: { path: string; lease: string }) => {
    ledger.confirmed({ id: lease });
    if (ledger.isDoubtful(path, lease)) sweep(cluster, [path]);
  };
  const store = { prefix, cluster, ledger, views: new Views(cluster, watches, prefix, seen), lifetime: new Lifetime() };

  const verbs = {
    ...leases(store),
    acquire: acquire(store),
    withdraw: withdraw(store),
    monitor: monitor(store),
    update: update(store),
    watch: watch(store),
  };
  return { minTtl: 1_000, kinds: ['exclusive', 'shared', 'permits'], limits, ...closable(verbs, store, watches) };
}
