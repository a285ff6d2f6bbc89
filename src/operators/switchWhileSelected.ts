import { EMPTY, type Observable, type ObservableInput, defer, filter, materialize, switchMap } from 'rxjs';
import type { Tenure } from '../core/tenure.js';
import { awaited } from './awaited.js';
import { leaveFirst } from './leaveFirst.js';

/**
 * Runs `work` anew for each tenure, and only while it lasts.
 *
 *     tenure$   n--A-----n---B----     n: null
 *     work(A)      -a-a-a
 *     work(B)                -b-b-
 *     output    ----a-a------—b-b-
 *
 * Nothing leaves after the deadline, not even from a paused process that wakes. Promises can't be unsubscribed: one that
 * `work` returns is given to `tenure.waitUntil`; hand `tenure.signal` to what it calls, and `tenure.token` to what it writes.
 *
 * @returns What the work emits. It completes, as the election, never; subscribing campaigns, unsubscribing resigns.
 * @throws as a notification what the work fails with, having resigned; and an election's fatal error.
 */
export function switchWhileSelected<R>(
  election: { readonly tenure$: Observable<Tenure | null> },
  work: (tenure: Tenure) => ObservableInput<R>,
): Observable<R> {
  /** Its completion is this tenure's only. */
  const during = (tenure: Tenure) =>
    defer(() => awaited(tenure, work(tenure))).pipe(
      materialize(),
      filter(({ kind }) => kind === 'E' || (kind === 'N' && tenure.isCurrent())),
    );
  return election.tenure$.pipe(
    switchMap((tenure) => (tenure === null ? EMPTY : during(tenure))),
    leaveFirst(),
  );
}
