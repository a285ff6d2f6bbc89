import { Lifetime } from '../../core/lifetime.js';
import type { Backend } from '../../core/types.js';
import { acquire } from './acquire.js';
import { closable } from './closable.js';
import { Cluster } from './cluster.js';
import { Ledger } from './ledger.js';
import { leases } from './leases.js';
import { limits } from './limits.js';
import type { Member } from './member.js';
import { monitor } from './monitor.js';
import { update } from './update.js';
import { Views } from './views.js';
import { watch } from './watch.js';
import { Watches } from './watches.js';
import { sweep, withdraw } from './withdraw.js';

/** All verbs over the hosts of one cluster, however they are reached. */
export function backendOver({ members, prefix }: { members: readonly Member[]; prefix: string }): Backend {
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
