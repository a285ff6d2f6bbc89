import { type MonoTypeOperatorFunction, type Observable, identity, map, startWith, switchMap, throwError } from 'rxjs';
import { ClaimLostError } from '../core/errors.js';

/**
 * Leaves the lock when somebody in this process gives it up, then says so.
 *
 *     lock      --T----------
 *     release   -------r-----
 *     output    --T----#          CLAIM_LOST, released: by then the tenure is over
 */
export function untilReleased<T>(key: string, release$: Observable<unknown>): MonoTypeOperatorFunction<T> {
  const released = throwError(() => new ClaimLostError({ key }, 'released'));
  return (lock$) =>
    release$.pipe(
      map(() => released),
      startWith(lock$),
      switchMap(identity), // leaves the lock before the error passes
    );
}
