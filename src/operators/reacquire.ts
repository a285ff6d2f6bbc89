import { type MonoTypeOperatorFunction, defer, retry, tap, throwError, timer } from 'rxjs';
import { type Clock, monotonic } from '../core/clock.js';
import { isTenureError } from '../core/errors.js';
import type { BackoffOptions } from '../core/options.js';

export interface ReacquireOptions extends BackoffOptions {
  /** A run counts as a success once a value was followed by this many milliseconds without an error. @default 0 */
  settled?: number;
  scheduler?: Clock;
  /** Told of each failure that is mended by another attempt, and of the pause before it in milliseconds. */
  onRetry?: (error: unknown, delay: number) => void;
}

/**
 * Stands again after what a retry can mend, with capped exponential backoff and full jitter.
 *
 *     source    -#  -#   --T---#        T lives for less than `settled`, so the third pause doubles too
 *     output    -----------T--------…   pauses of at most initial, 2 × initial, 4 × initial, …, max
 *
 * @returns The values of each attempt; completes with its source.
 * @throws as a notification, at once, what is not retryable: `DENIED`, a bad configuration, or an error not of this library.
 */
export function reacquire<T>({
  initial = 100,
  max = 10_000,
  settled = 0,
  random = Math.random,
  scheduler = monotonic,
  onRetry = () => undefined,
}: ReacquireOptions = {}): MonoTypeOperatorFunction<T> {
  return (source) =>
    defer(() => {
      const run = { failures: 0, since: Infinity }; // since: the first value of this attempt
      const attempt = defer(() => {
        run.since = Infinity;
        return source.pipe(tap(() => (run.since = Math.min(run.since, scheduler.now()))));
      });
      return attempt.pipe(
        retry({
          delay: (error: unknown) => {
            if (!isTenureError(error) || !error.retryable) return throwError(() => error);
            if (scheduler.now() - run.since >= settled) run.failures = 0;
            const pause = random() * Math.min(max, initial * 2 ** run.failures++);
            onRetry(error, pause);
            return timer(pause, scheduler);
          },
        }),
      );
    });
}
