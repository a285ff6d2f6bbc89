import {
  EMPTY,
  type Observable,
  type ObservableInput,
  type ObservableNotification,
  type OperatorFunction,
  concat,
  concatMap,
  dematerialize,
  filter,
  ignoreElements,
  map,
  materialize,
  of,
  switchMap,
  takeWhile,
} from 'rxjs';
import type { Tenure } from '../core/tenure.js';
import { awaited } from './awaited.js';

/** What is told, and what must have ended before. */
interface Step<R> {
  readonly told: ObservableNotification<R>;
  readonly after: Observable<unknown>;
}

/**
 * Runs `work` once, under the lock.
 *
 *     lock      --T---------------
 *     work        -a-b-|
 *     released           ---!       the lock is left when the work has ended
 *     output    ---a-b------|       completion, or the work's error, is told after the release
 *
 * On loss the work is unsubscribed first, then the error is told. Nothing leaves after the deadline.
 *
 * @throws {LeaseLostError}, {ClaimLostError} as a notification on loss; and what the work fails with, after the release.
 */
export function during<R>(work: (tenure: Tenure) => ObservableInput<R>): OperatorFunction<Tenure, R> {
  const working = (tenure: Tenure) =>
    awaited(tenure, work(tenure)).pipe(
      filter(() => tenure.isCurrent()),
      materialize(),
      map((told): Step<R> => ({ told, after: told.kind === 'N' ? EMPTY : tenure.released })),
    );
  return (lock$) =>
    lock$.pipe(
      materialize(), // so that switchMap leaves the work before a loss passes
      switchMap((lock) => (lock.kind === 'N' ? working(lock.value) : of<Step<R>>({ told: lock, after: EMPTY }))),
      takeWhile(({ told }): boolean => told.kind === 'N', true), // leaves the lock
      concatMap(({ told, after }) => concat(after.pipe(ignoreElements()), of(told))),
      dematerialize(),
    );
}
