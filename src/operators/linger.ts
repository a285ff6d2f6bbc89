import {
  BehaviorSubject,
  type MonoTypeOperatorFunction,
  type Observable,
  asapScheduler,
  defer,
  merge,
  of,
  share,
  subscribeOn,
  take,
  tap,
  timer,
} from 'rxjs';
import { type Clock, monotonic } from '../core/clock.js';
import type { Tenure } from '../core/tenure.js';

/**
 * Stays subscribed after the unsubscription until the work that the tenure fed has ended.
 *
 *     source    T---------------
 *     unsub     -----!              the tenure ends at once, its signal aborts
 *     work      --------|           given to tenure.waitUntil
 *     released  --------!           the source is left when the work has settled, at most `grace` later
 *
 * What a subscriber tears down in the same turn may still call `waitUntil`. Without such work the source is left a turn
 * later (a microtask). A loss leaves nothing to hold: the error passes at once.
 *
 * @param grace Longest wait, in milliseconds. @default the ttl of the tenure's lease
 */
export function linger({
  grace,
  scheduler = monotonic,
}: { grace?: number | undefined; scheduler?: Clock } = {}): MonoTypeOperatorFunction<Tenure> {
  const drained = (tenure: Tenure): Observable<unknown> => {
    tenure.end();
    const settled = defer(() => tenure.settled).pipe(subscribeOn(asapScheduler));
    return merge(settled, timer(grace ?? tenure.lease.ttl, scheduler)).pipe(take(1));
  };
  return (tenure$) =>
    defer(() => {
      const held$ = new BehaviorSubject<Tenure | null>(null);
      return tenure$.pipe(
        tap((tenure) => held$.next(tenure)),
        share({ resetOnRefCountZero: () => (held$.value ? drained(held$.value) : of(null)) }),
      );
    });
}
