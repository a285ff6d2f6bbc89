import type { Leader } from '../core/types.js';

/** What happens to an election; `at` is in milliseconds since 1970 where the clock knows them. */
export type ElectionEvent = { readonly key: string; readonly id: string; readonly at: number } & ElectionFact;

export type ElectionFact =
  /** Another leader, or another value of the same one. */
  | { readonly type: 'change'; readonly leader: Leader | null }
  | { readonly type: 'select'; readonly token: bigint }
  /** Once a loss. */
  | { readonly type: 'deselect' }
  /** Our renewal was confirmed while we are selected. */
  | { readonly type: 'refresh' }
  /** A read or an event confirmed the leader; at least every ttl / 2 while somebody listens. */
  | { readonly type: 'ping'; readonly leader: Leader }
  /** Stands again after `delay` milliseconds. */
  | { readonly type: 'retry'; readonly error: unknown; readonly delay: number }
  | { readonly type: 'error'; readonly error: unknown };
