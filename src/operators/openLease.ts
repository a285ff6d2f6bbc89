import { EMPTY, NEVER, type Observable, ReplaySubject, catchError, concat, connectable, defer, finalize, map, mergeMap } from 'rxjs';
import { type Clock, instant, monotonic } from '../core/clock.js';
import { Lease } from '../core/lease.js';
import { LONGEST, between, marginFits } from '../core/options.js';
import { Pending } from '../core/pending.js';
import type { Backend, Release } from '../core/types.js';

export interface OpenLeaseOptions {
  /** Asked for, in milliseconds; the store may grant another. */
  ttl: number;
  /** How long before the store we stop believing, at most half of the granted ttl. @default ttl / 10, of the granted ttl */
  margin?: number | undefined;
  scheduler?: Clock;
  /** Told of this lease from before its first request until it is revoked. */
  releases?: Pick<Pending<Release>, 'enter'>;
}

/**
 * A lease of the store: granted on subscription, revoked a turn after unsubscription.
 *
 *     grant     --g
 *     output    --a------------
 *     revoke    --------------!    a turn after the unsubscription, tried again until confirmed
 *
 * Nobody renews it yet: pipe it into {@link refreshLease}. A grant that is answered after the unsubscription is revoked.
 *
 * @returns The live lease, once; never completes. Its deadline counts from when the grant was *sent*.
 * @throws {InvalidOptionsError} at once; {TenureError} as a notification, what `grant` failed with; {InvalidOptionsError} when `margin` is more than half of
 * the granted ttl.
 */
export function openLease(
  backend: Pick<Backend, 'grant' | 'revoke'>,
  { ttl, margin, scheduler = monotonic, releases = new Pending() }: OpenLeaseOptions,
): Observable<Lease> {
  between('ttl', ttl, 1, LONGEST);
  if (margin !== undefined) marginFits(margin, ttl);
  return defer(() => {
    const leave = releases.enter();
    const sent = instant(scheduler);
    // Connected, not subscribed: the answer is still ours to undo when nobody waits for it any more.
    const granted$ = connectable(
      defer(() => backend.grant(ttl)).pipe(map((grant) => new Lease(grant, { margin: margin ?? grant.ttl / 10, scheduler, sent }))),
      { connector: () => new ReplaySubject<Lease>(1), resetOnDisconnect: false },
    );
    granted$.connect();
    const checked$ = granted$.pipe(
      map((lease) => {
        marginFits(lease.margin, lease.ttl);
        return lease;
      }),
    );
    const revoked$ = granted$.pipe(
      catchError(() => EMPTY), // no lease, nothing to revoke
      mergeMap((lease) => lease.giveUp(defer(() => backend.revoke(lease)))),
    );
    return concat(checked$, NEVER).pipe(finalize(() => leave(revoked$)));
  });
}
