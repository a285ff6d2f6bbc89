import type { Clock } from '../../core/clock.js';
import type { Claims } from './claims.js';
import type { Network } from './network.js';
import type { MemoryStore } from './store.js';
import type { Views } from './views.js';

/** What the verbs of one backend share. */
export interface Client {
  readonly store: MemoryStore;
  readonly network: Network;
  readonly views: Views;
  readonly claims: Claims;
  readonly scheduler: Clock;
  /** Milliseconds for one call. */
  readonly timeout: number;
}

/** Pause before something that failed is tried again, in milliseconds. */
export const RETRY = 100;
