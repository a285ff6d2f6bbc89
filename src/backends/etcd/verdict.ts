import { ClaimLostError } from '../../core/errors.js';
import type { LeaseRef } from '../../core/types.js';
import { type Queue, find, holds } from './queue.js';
import type { Entry } from './wire.js';

/** A claim of ours, and the place that it was given. */
export interface Placed {
  readonly key: string;
  readonly lease: LeaseRef;
  readonly path: string;
  readonly token: bigint;
}

/** A revision of the store, in one of its lives. */
export interface Moment {
  readonly revision: bigint;
  readonly life: number;
}

/**
 * What a queue says of a claim of ours: its entry, and whether its turn has come.
 *
 * @throws {ClaimLostError} at once, when it is not there as we left it.
 */
export function judge(queue: Queue, { key, lease, path, token }: Placed): { entry: Entry; isTurn: boolean } {
  const entry = find(queue, path);
  if (entry?.created !== token) throw new ClaimLostError({ key }, 'deleted');
  if (entry.lease !== lease.id) throw new ClaimLostError({ key }, 'overwritten');
  return { entry, isTurn: holds(queue, entry) };
}

/** Whether a snapshot tells of the time before a claim had its place, or its turn. */
export const isBefore = (seen: Moment, { revision, life }: Moment): boolean =>
  seen.life < life || (seen.life === life && seen.revision < revision);

/** Whether there is nothing to look into: it stands where it stood, and others are before it. */
export function isAtRest(queue: Queue, mine: Placed): boolean {
  try {
    return !judge(queue, mine).isTurn;
  } catch {
    return false;
  }
}
