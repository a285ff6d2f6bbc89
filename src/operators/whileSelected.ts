import { EMPTY, type MonoTypeOperatorFunction, type Observable, filter, materialize, switchMap } from 'rxjs';
import type { Tenure } from '../core/tenure.js';
import { leaveFirst } from './leaveFirst.js';

/**
 * Subscribes the source only while selected.
 *
 *     tenure$   n--T-----n---T----     n: null
 *     source       -a-b-c    -a-b-     subscribed anew with each tenure
 *     output    ----a-b-------a-b-
 *
 * Nothing leaves after the deadline, not even from a paused process that wakes.
 *
 * @returns Completes with its source, which resigns.
 * @throws as a notification what the source fails with, having resigned; and an election's fatal error.
 */
export function whileSelected<T>(election: { readonly tenure$: Observable<Tenure | null> }): MonoTypeOperatorFunction<T> {
  return (source) =>
    election.tenure$.pipe(
      switchMap((tenure) =>
        tenure === null
          ? EMPTY
          : source.pipe(
              materialize(), // inside, so that the source's completion is not just this tenure's
              filter(({ kind }) => kind !== 'N' || tenure.isCurrent()),
            ),
      ),
      leaveFirst(),
    );
}
