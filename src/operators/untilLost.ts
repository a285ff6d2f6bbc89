import { type MonoTypeOperatorFunction, dematerialize, finalize, materialize, merge, of, switchMap, tap } from 'rxjs';
import type { Tenure } from '../core/tenure.js';
import type { Backend } from '../core/types.js';

/**
 * Ends a tenure when its key is deleted, overwritten or changes hands, or when its lease is lost.
 *
 *     tenure    T--------------
 *     key       -------x           deleted by an administrator
 *     output    T------#
 *
 * By the time the error is told, `isCurrent()` is false and `signal` has aborted.
 *
 * @returns The tenure; never completes.
 * @throws {ClaimLostError} as a notification; and what the source fails with.
 */
export function untilLost(backend: Pick<Backend, 'monitor'>): MonoTypeOperatorFunction<Tenure> {
  const monitored = (tenure: Tenure) =>
    merge(of(tenure), backend.monitor(tenure)).pipe(
      tap({ error: (error: unknown) => tenure.end(error) }),
      finalize(() => tenure.end()),
    );
  return (tenure$) =>
    tenure$.pipe(
      materialize(), // so that switchMap leaves, and with it ends, the tenure before the source's error passes
      switchMap((told) => (told.kind === 'N' ? monitored(told.value).pipe(materialize()) : of(told))),
      dematerialize(),
    );
}
