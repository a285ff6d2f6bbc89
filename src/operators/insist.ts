import {
  type MonoTypeOperatorFunction,
  type ObservableNotification,
  catchError,
  defer,
  dematerialize,
  map,
  of,
  tap,
  throwError,
} from 'rxjs';
import { type ReacquireOptions, reacquire } from './reacquire.js';

/**
 * Tries again until something is held; from then on every error is told.
 *
 *     source    -#  --T----#      the first failure is mended by another attempt, the second is not
 *     output    ------T----#
 */
export function insist<T>(options: ReacquireOptions = {}): MonoTypeOperatorFunction<T> {
  return (source) =>
    defer(() => {
      const held = new Set<T>();
      return source.pipe(
        tap((value) => held.add(value)),
        map((value): ObservableNotification<T> => ({ kind: 'N', value })),
        catchError((error: unknown) =>
          held.size > 0 ? of<ObservableNotification<T>>({ kind: 'E', error }) : throwError(() => error),
        ),
        reacquire(options),
        dematerialize(),
      );
    });
}
