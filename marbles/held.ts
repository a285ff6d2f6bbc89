import type { Clock } from '../src/core/clock.js';
import { Lease } from '../src/core/lease.js';
import { type Attempt, Tenure } from '../src/core/tenure.js';

/** The time that pictures of tenures are drawn in: longer than any of them. */
const LONG = { ttl: 100, margin: 2 };

/** A live tenure for a letter of a picture. */
export function held(id: string, scheduler: Clock, { ttl = LONG.ttl, ...attempt }: { ttl?: number } & Partial<Attempt> = {}): Tenure {
  const lease = new Lease({ id: 'lease', ttl }, { margin: LONG.margin, scheduler });
  return new Tenure({ key: 'jobs', id, nonce: 'nonce', value: '', token: 1n }, lease, attempt);
}
/** What a picture shows of a tenure. */
export const idOf = ({ id }: Tenure): string => id;
