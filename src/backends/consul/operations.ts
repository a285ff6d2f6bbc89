import type { Place } from './place.js';
import { type Operation } from './transaction.js';
import { type Entry, type Queue, announce } from './wire.js';

/** Nobody holds it; not even we, by another claim: a session may lock twice. */
const free = ({ lock: key }: Place, remnant?: Entry): Operation =>
  remnant && !remnant.session ? { verb: 'check-index', key, index: remnant.modifyIndex } : { verb: 'check-not-exists', key };
/** Written once a tenure: its index is the token. */
const lock = ({ lock: key, name, lease }: Place): Operation => ({ verb: 'lock', key, session: lease.id, value: name, flag: true });
/** As it was written, never the next one. */
const unlock = (key: string, index: number): Operation[] => [
  { verb: 'check-index', key, index },
  { verb: 'delete', key },
];

/** A place in the queue, with the lock where nobody is in the way; the answer shows the queue. What is sent twice must not undo an update. */
export const entering = (place: Place, id: string, value: string, { lock: remnant }: Queue, alone: boolean): Operation[] => [
  ...(alone ? [free(place, remnant)] : []),
  { verb: 'check-not-exists', key: place.key },
  { verb: 'lock', key: place.key, session: place.lease.id, value: announce(id, value) },
  ...(alone ? [lock(place)] : []),
  { verb: 'get-tree', key: place.folder },
];

/** The lock, for the first in the queue as we know him. */
export const taking = (place: Place, own: Entry, remnant?: Entry): Operation[] => [
  { verb: 'check-index', key: own.key, index: own.modifyIndex },
  free(place, remnant),
  lock(place),
];

/** The lock goes, and the place in the queue with it unless we wait on. */
export const givingBack = (place: Place, token: number, waits: boolean): Operation[] => [
  ...unlock(place.lock, token),
  ...(waits ? [] : [{ verb: 'delete', key: place.key } as const]),
];

/** Everything of a claim; its queue key is nobody else's. */
export const removing = (place: Place, token?: number): Operation[] => [
  ...(token === undefined ? [] : unlock(place.lock, token)),
  { verb: 'delete', key: place.key },
];

/** What it announces, written as it was read. */
export const announcing = (place: Place, { key, modifyIndex }: Entry, value: string): Operation[] => [
  { verb: 'check-session', key, session: place.lease.id },
  { verb: 'cas', key, index: modifyIndex, value },
];

/** What late writes have left: claims by key, a lock as it was seen. */
export const sweeping = ({ lock, claims }: { lock?: Entry | undefined; claims: readonly Entry[] }): Operation[][] => [
  ...claims.map(({ key }): Operation[] => [{ verb: 'delete', key }]),
  ...(lock ? [unlock(lock.key, lock.modifyIndex)] : []),
];
