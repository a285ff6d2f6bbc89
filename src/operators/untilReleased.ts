import { type MonoTypeOperatorFunction, type Observable, identity, map, merge, of, switchMap, throwError } from 'rxjs';
import { ClaimLostError } from '../core/errors.js';

/**
 * Leaves the lock when somebody in this process gives it up, then says so.
 *
 *     lock      --T----------
 *     release   -------r-----
 *     output    --T----#          CLAIM_LOST, released: by then the tenure is over
 *
 * It listens before it claims, so that whoever is told of the tenure may give it up at once.
 */
export function untilReleased<T>(key: string, release$: Observable<unknown>): MonoTypeOperatorFunction<T> {
  const released = throwError(() => new ClaimLostError({ key }, 'released'));
  return (lock$) =>
    merge(release$.pipe(map(() => released)), of(lock$)).pipe(
      switchMap(identity), // leaves the lock before the error passes
    );
}
