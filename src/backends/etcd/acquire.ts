import {
  EMPTY,
  NEVER,
  type Observable,
  concat,
  defer,
  filter,
  ignoreElements,
  map,
  merge,
  mergeMap,
  of,
  switchMap,
  take,
  throwError,
} from 'rxjs';
import { HeldError } from '../../core/errors.js';
import type { Backend, Claim, TenureRef } from '../../core/types.js';
import type { Attempt } from './attempt.js';
import { fits } from './limits.js';
import { untilAnswered } from './patience.js';
import { type Placing, place, placeIfFree } from './place.js';
import type { Store } from './store.js';
import { type Moment, type Placed, isAtRest, isBefore, judge } from './verdict.js';
import type { View } from './view.js';
import type { Entry } from './wire.js';

/**
 * Queues up, and waits until a linearizable answer shows our own claim at its turn.
 *
 * While the store is out of reach it goes on trying: whoever knows when the lease ends unsubscribes.
 */
export function acquire(store: Store): Backend['acquire'] {
  return (lease, claim) =>
    defer(() => {
      fits(claim);
      const attempt = store.ledger.enter(lease, claim);
      const placing$ = claim.wait === false ? placeIfFree(store, attempt, claim) : place(store, attempt);
      return concat(placing$.pipe(mergeMap((placing) => turn(store, attempt, claim, placing))), NEVER);
    });
}

function turn({ views }: Store, attempt: Attempt, claim: Claim, { queue, revision, life }: Placing): Observable<TenureRef> {
  const { lease, path, directory } = attempt;
  const tenure = ({ value, created }: Entry, { revision, life }: Moment): TenureRef => {
    attempt.proof = { revision, life };
    return { ...refOf(claim), lease: { id: lease.id, ttl: lease.ttl }, value, token: created };
  };
  const token = attempt.entry?.created ?? 0n;
  const mine: Placed = { key: claim.key, lease, path, token };
  const { entry, isTurn } = judge(queue, mine);
  if (isTurn) return of(tenure(entry, { revision, life }));
  if (claim.wait === false) return throwError(() => new HeldError(claim));

  /** An event may lag, and says only when to look: nobody else reads at a hand-over. */
  const awaited = (view: View) =>
    view.live$.pipe(
      filter((seen) => !isBefore(seen, { revision: token, life })),
      switchMap((seen) => {
        if (seen.proven) return of({ ...judge(seen.queue, mine), proof: seen });
        return isAtRest(seen.queue, mine) ? EMPTY : view.read().pipe(untilAnswered(), ignoreElements());
      }),
      filter((verdict) => verdict.isTurn),
      map((verdict) => tenure(verdict.entry, verdict.proof)),
    );
  return views.use(directory, (view) => merge(awaited(view), view.confirm(lease.ttl / 5)).pipe(take(1)));
}

const refOf = ({ key, nonce, id = nonce, kind = 'exclusive' }: Claim) => ({ key, nonce, id, kind });
