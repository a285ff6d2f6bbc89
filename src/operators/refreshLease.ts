import {
  EMPTY,
  type MonoTypeOperatorFunction,
  type Observable,
  catchError,
  concat,
  defer,
  filter,
  interval,
  mergeMap,
  of,
  startWith,
  switchMap,
  throwError,
  timer,
} from 'rxjs';
import { type Clock, monotonic } from '../core/clock.js';
import { LeaseLostError, isTenureError } from '../core/errors.js';
import type { Lease } from '../core/lease.js';
import { refreshFits } from '../core/options.js';
import type { Backend } from '../core/types.js';

/**
 * Keeps each lease alive, and errors the moment it can no longer be trusted.
 *
 *     lease     a--------------     ttl 9, margin 2
 *     renew     ---o--o--x--x--     renewed every 3, then the network goes away
 *     output    a--a--a------#      6 (last confirmed send) + 9 (ttl) - 2 (margin)
 *
 * A failed renewal is not a lost lease: it is tried again until the deadline. A hung one never holds up the next.
 *
 * @param every Pause between renewals, in milliseconds, below (ttl - margin) / 2. @default lease.ttl / 5, so that three in a row may fail
 * @param scheduler Clock of the renewals and the deadline. @default monotonic
 * @returns The same live lease, at once and at each confirmed renewal; never completes while it is good.
 * @throws {LeaseLostError} (as an error notification) at the deadline, or when the store says that it is gone;
 * {InvalidOptionsError} likewise, when `every` doesn't fit the ttl that was granted.
 */
export function refreshLease(
  backend: Pick<Backend, 'renew'>,
  { every, scheduler = monotonic }: { every?: number | undefined; scheduler?: Clock } = {},
): MonoTypeOperatorFunction<Lease> {
  const renewal = (lease: Lease) => {
    const sent = lease.asking();
    return backend.renew(lease).pipe(
      filter(() => lease.confirm(sent)),
      catchError(doubt(lease)),
    );
  };
  const deadline = (lease: Lease) => defer(() => timer(lease.remaining(), scheduler)).pipe(mergeMap(() => expired(lease)));

  return switchMap((lease) => {
    const pause = every ?? lease.ttl / 5;
    refreshFits(pause, lease.ttl, lease.margin);
    return interval(pause, scheduler).pipe(
      mergeMap(() => (lease.isCurrent() ? renewal(lease) : expired(lease))),
      startWith(undefined),
      switchMap(() => concat(of(lease), deadline(lease))),
    );
  });
}

const expired = (lease: Lease): Observable<never> => lost(lease, new LeaseLostError(lease, 'expired', { cause: lease.doubt }));

/** Ended before it is told: whoever asks the lease while the error is on its way hears the same. */
const lost = (lease: Lease, error: unknown) =>
  throwError(() => {
    lease.end();
    return error;
  });

/** Only the store's own word ends a lease; anything else is unknown until the deadline. */
const doubt = (lease: Lease) => (error: unknown) =>
  isTenureError(error) && error.code === 'LEASE_LOST' ? lost(lease, error) : ((lease.doubt = error), EMPTY);
