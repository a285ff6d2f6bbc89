import {
  EMPTY,
  type Observable,
  type ObservableInput,
  type ObservableNotification,
  type OperatorFunction,
  asapScheduler,
  concat,
  concatMap,
  defer,
  dematerialize,
  filter,
  ignoreElements,
  map,
  materialize,
  of,
  subscribeOn,
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
 * On loss the work is unsubscribed first, then the error is told. Nothing leaves after the deadline, not even a completion:
 * the loss is told instead. Where others share the tenure, the end is told as soon as the lock is left.
 *
 * @throws {LeaseLostError}, {ClaimLostError} as a notification on loss; and what the work fails with, after the release.
 */
export function during<R>(work: (tenure: Tenure) => ObservableInput<R>): OperatorFunction<Tenure, R> {
  const working = (tenure: Tenure) =>
    defer(() => awaited(tenure, work(tenure))).pipe(
      materialize(),
      filter(() => tenure.isCurrent()),
      map((told): Step<R> => ({ told, after: told.kind === 'N' ? EMPTY : left(tenure) })),
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

/** Asked a turn later, when we have left: a tenure that is still current is somebody else's as well. */
const left = (tenure: Tenure) => defer(() => (tenure.isCurrent() ? EMPTY : tenure.released)).pipe(subscribeOn(asapScheduler));
