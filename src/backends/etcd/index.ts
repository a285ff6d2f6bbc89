import type { Etcd3 } from 'etcd3';
import type { Backend } from '../../core/types.js';
import { acquire } from './acquire.js';
import { connect } from './client.js';
import { Cluster } from './cluster.js';
import { Ledger } from './ledger.js';
import { leases } from './leases.js';
import { limits } from './limits.js';
import { Member } from './member.js';
import { monitor } from './monitor.js';
import type { EtcdClientOptions, EtcdOptions } from './options.js';
import type { Store } from './store.js';
import { update } from './update.js';
import { Views } from './views.js';
import { watch } from './watch.js';
import { Watches } from './watches.js';
import { sweep, withdraw } from './withdraw.js';

export type { EtcdClientOptions, EtcdOptions } from './options.js';

export function etcdBackend(options: EtcdOptions | EtcdClientOptions | Etcd3): Backend {
  const { hosts, prefix = '', ...rest } = options as EtcdOptions;
  const list = [hosts]
    .flat()
    .flatMap((h) => String(h).split(','))
    .map((h) => h.trim());
  const cluster = new Cluster(list.map((host) => new Member(host, connect(host, rest as never))));
  const ledger = new Ledger(prefix);
  const watches = new Watches(cluster);
  const views = new Views(cluster, watches, prefix, ({ path, lease }) => ledger.isDoubtful(path, lease) && sweep({ cluster }, [path]));
  const store: Store = { prefix, cluster, views, ledger };
  return {
    minTtl: 1_000,
    kinds: ['exclusive', 'shared', 'permits'],
    limits,
    ...leases(store),
    acquire: acquire(store),
    withdraw: withdraw(store),
    monitor: monitor(store),
    update: update(store),
    watch: watch(store),
    close: async () => {
      watches.close();
      cluster.members.forEach((member) => member.close());
    },
  };
}
