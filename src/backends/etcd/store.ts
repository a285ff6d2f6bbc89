import type { Lifetime } from '../../core/lifetime.js';
import type { Cluster } from './cluster.js';
import type { Ledger } from './ledger.js';
import type { Views } from './views.js';

/** What the verbs share. */
export interface Store {
  readonly prefix: string;
  readonly cluster: Cluster;
  readonly views: Views;
  readonly ledger: Ledger;
  readonly lifetime: Lifetime;
}
