import {
  type Observable,
  catchError,
  concat,
  defer,
  distinctUntilChanged,
  identity,
  ignoreElements,
  map,
  mergeMap,
  throwError,
  timer,
} from 'rxjs';
import { ClaimLostError } from '../../core/errors.js';
import type { Leader, TenureRef, WatchOptions } from '../../core/types.js';
import type { Store } from './store.js';
import { translated } from './translate.js';
import type { Interest } from './view.js';
import type { Views } from './views.js';
import { type Queue, folderOf, leaderOf, lockOf, nameOf } from './wire.js';

/** Between confirmations that nobody asked for, in milliseconds. */
const EVERY = 5_000;
/** A tenure that ends sooner costs no request beside its two. */
const SHORT = 50;

/** Whoever holds the key. The first read may fail; later outages are bridged. */
export function watched(store: Store, views: Views, folder: string, { confirmEvery }: WatchOptions): Observable<Leader | null> {
  return defer(() => {
    const queue$ = views.observe(folder, { every: confirmEvery ?? EVERY });
    // Asked once for itself: what a transaction or a list may not show is missing there, unsaid.
    const denied$ = store.read(lockOf(folder), { recurse: false }).pipe(ignoreElements());
    return concat(denied$, queue$).pipe(
      catchError((error: unknown) => throwError(() => translated(error))),
      map((queue) => leaderOf(folder, queue)),
      confirmEvery === undefined ? distinctUntilChanged(same) : identity,
    );
  });
}

/** Silent while `.lock` is as this tenure has written it, and its claim stands. */
export const monitored = (views: Views, prefix: string, tenure: TenureRef): Observable<never> => {
  const folder = folderOf(prefix, tenure.key);
  const interest: Interest = { every: tenure.lease.ttl / 5, only: ({ lock }) => lock, since: Number(tenure.token) };
  return timer(SHORT).pipe(
    mergeMap(() => views.observe(folder, interest)),
    mergeMap((queue) => {
      const reason = loss(folder, queue, tenure);
      return reason ? throwError(() => new ClaimLostError(tenure, reason)) : [];
    }),
  );
};

function loss(folder: string, { lock, claims }: Queue, { lease, nonce, token }: TenureRef): ClaimLostError['reason'] | undefined {
  const key = folder + nameOf(lease, { nonce });
  if (!lock || !claims.some((claim) => claim.key === key)) return 'deleted';
  if (BigInt(lock.modifyIndex) === token) return undefined;
  return lock.session === undefined || lock.session === lease.id ? 'overwritten' : 'taken';
}

const same = (one: Leader | null, other: Leader | null) =>
  one?.token === other?.token && one?.id === other?.id && one?.value === other?.value;
