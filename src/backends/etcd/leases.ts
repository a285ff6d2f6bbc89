import {
  EMPTY,
  type Observable,
  ReplaySubject,
  catchError,
  concat,
  defer,
  ignoreElements,
  map,
  of,
  takeUntil,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { isTenureError } from '../../core/errors.js';
import type { Backend, Grant, LeaseRef } from '../../core/types.js';
import { keepAlive } from './keepAlive.js';
import { LONGEST, deadlineOf } from './member.js';
import { untilAnswered } from './patience.js';
import type { Store } from './store.js';
import { isLeaseGone, isUnclear } from './translate.js';
import { decimal, randomLease } from './wire.js';
import { sweep } from './withdraw.js';

/** Timers run no longer. */
const MOST = 2 ** 31 - 1;

/** Leases that every host can renew, under names of our own. */
export function leases({ cluster, ledger, lifetime }: Store): Pick<Backend, 'grant' | 'renew' | 'revoke'> {
  const revoke = (lease: LeaseRef): Observable<never> =>
    cluster
      .ask(({ leaseClient }, options) => leaseClient.leaseRevoke({ ID: decimal(lease.id) }, options))
      .pipe(
        tap({ complete: () => ledger.ended(lease) }),
        catchError((error: unknown) => (isLeaseGone(error) ? of(ledger.missing(lease)) : throwError(() => error))),
        ignoreElements(),
      );
  /** Nobody waits for it, so it is tried until the lease has run out by itself; what is left when we are closed is for `close`. */
  const undo = (lease: LeaseRef) => {
    const onceMore = defer(() => (ledger.knows(lease) ? revoke(lease) : EMPTY));
    lifetime
      .whileOpen(() => concat(revoke(lease), ledger.settled(lease), onceMore))()
      .pipe(untilAnswered(), takeUntil(timer(Math.min(lease.ttl + LONGEST, MOST))))
      .subscribe({ error: () => undefined });
  };

  return {
    grant: (ttl) =>
      defer(() => {
        const asked = { id: randomLease(), ttl };
        const outcome$ = new ReplaySubject<Grant>(1);
        ledger.asked(asked);
        cluster
          .ask(({ leaseClient }, options) => leaseClient.leaseGrant({ ID: decimal(asked.id), TTL: Math.ceil(ttl / 1_000) }, options))
          .pipe(
            map(({ TTL }) => ({ id: asked.id, ttl: Number(TTL) * 1_000 })),
            tap({
              next: (lease) => {
                ledger.granted(lease);
                if (!outcome$.observed) undo(lease);
              },
              error: (error: unknown) => {
                if (!isUnclear(error)) return ledger.ended(asked);
                ledger.unclear(asked, deadlineOf(error));
                undo(asked);
              },
            }),
          )
          .subscribe(outcome$); // it goes on when nobody waits for it any more
        return outcome$;
      }),
    renew: (lease) =>
      defer(() => keepAlive(cluster, lease)).pipe(
        tap({
          next: () => {
            ledger.confirmed(lease);
            sweep(cluster, ledger.doubtful(lease));
          },
          error: (error: unknown) => isTenureError(error) && error.code === 'LEASE_LOST' && ledger.ended(lease),
        }),
      ),
    revoke: (lease) => defer(() => revoke(lease)),
  };
}
