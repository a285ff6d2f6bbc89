import { type MonoTypeOperatorFunction, NEVER, defer, finalize, merge, of, switchMap, tap } from 'rxjs';
import type { Tenure } from '../core/tenure.js';
import type { Backend } from '../core/types.js';

/**
 * Ends a tenure when its key is deleted, overwritten or changes hands, or when its lease is lost.
 *
 *     tenure    T--------------
 *     key       -------x           deleted by an administrator
 *     output    T------#
 *
 * By the time the error is told, `isCurrent()` is false and `signal` has aborted, with the error as its reason.
 *
 * @returns The tenure; never completes.
 * @throws {ClaimLostError} as a notification; and what the source fails with.
 */
export function untilLost(backend: Pick<Backend, 'monitor'>): MonoTypeOperatorFunction<Tenure> {
  return (tenure$) =>
    defer(() => {
      const held = new Set<Tenure>();
      const monitored = (tenure: Tenure) => {
        held.add(tenure);
        return merge(of(tenure), backend.monitor(tenure), NEVER).pipe(finalize(() => left(tenure)));
      };
      const left = (tenure: Tenure) => {
        held.delete(tenure);
        tenure.end();
      };
      return tenure$.pipe(
        switchMap(monitored),
        tap({ error: (error: unknown) => held.forEach((tenure) => tenure.end(error)) }), // the lease's loss too
      );
    });
}
