import { type Observable, catchError, defer, ignoreElements, map, of, tap, throwError } from 'rxjs';
import { isTenureError } from '../../core/errors.js';
import type { Backend, LeaseRef } from '../../core/types.js';
import { keepAlive } from './keepAlive.js';
import type { Store } from './store.js';
import { isLeaseGone, isUnclear } from './translate.js';
import { decimal, randomLease } from './wire.js';
import { sweep } from './withdraw.js';

/** Leases that every host can renew, under names of our own. */
export function leases({ cluster, ledger }: Store): Pick<Backend, 'grant' | 'renew' | 'revoke'> {
  const revoke = (lease: LeaseRef): Observable<never> =>
    cluster
      .ask(({ leaseClient }, options) => leaseClient.leaseRevoke({ ID: decimal(lease.id) }, options))
      .pipe(
        catchError((error: unknown) => (isLeaseGone(error) ? of(undefined) : throwError(() => error))),
        tap({ complete: () => ledger.ended(lease) }),
        ignoreElements(),
      );
  /** Nobody waits for it. Where it fails, `close` tries once more, and its ttl ends it at the latest. */
  const undo = (lease: LeaseRef) => revoke(lease).subscribe({ error: () => undefined });

  return {
    grant: (ttl) =>
      defer(() => {
        const asked = { id: randomLease(), ttl };
        ledger.granted(asked);
        return cluster
          .ask(
            ({ leaseClient }, options) => leaseClient.leaseGrant({ ID: decimal(asked.id), TTL: Math.ceil(ttl / 1_000) }, options),
            undefined,
            () => undo(asked),
          )
          .pipe(
            map(({ TTL }) => ({ id: asked.id, ttl: Number(TTL) * 1_000 })),
            tap({
              next: (lease) => ledger.granted(lease),
              error: (error: unknown) => (isUnclear(error) ? undo(asked) : ledger.ended(asked)),
            }),
          );
      }),
    renew: (lease) =>
      defer(() => keepAlive(cluster, lease)).pipe(
        tap({
          next: () => {
            ledger.confirmed(lease);
            sweep(cluster, ledger.doubtful(lease));
          },
          error: (error: unknown) => isTenureError(error) && error.code === 'LEASE_LOST' && ledger.ended(lease),
        }),
      ),
    revoke: (lease) => defer(() => revoke(lease)),
  };
}
