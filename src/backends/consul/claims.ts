import { NEVER, type Observable, catchError, concat, defer, finalize, map, tap, throwError } from 'rxjs';
import { ClaimLostError } from '../../core/errors.js';
import type { Backend, Claim, ClaimRef, LeaseRef, TenureRef } from '../../core/types.js';
import type { Places } from './places.js';
import type { Sessions } from './sessions.js';
import type { Store } from './store.js';
import { translated } from './translate.js';
import { Turn } from './turn.js';
import { updated } from './update.js';
import type { Views } from './views.js';
import { without } from './wire.js';
import { cleared, withdrawn } from './withdraw.js';

export interface ClaimsDeps {
  readonly sessions: Sessions;
  readonly places: Places;
  readonly views: Views;
  readonly store: Store;
}

/** The claim verbs. */
export function claims({ sessions, places, views, store }: ClaimsDeps): Pick<Backend, 'acquire' | 'withdraw' | 'update'> {
  return {
    acquire: (lease: LeaseRef, claim: Claim): Observable<TenureRef> =>
      defer(() => {
        const place = places.open(lease, claim);
        const { key, nonce, id = nonce } = claim;
        const tenure = (token: number): TenureRef => ({
          key,
          id,
          nonce,
          kind: 'exclusive',
          lease: place.lease,
          value: place.value,
          token: BigInt(token),
        });
        return concat(new Turn(place, claim, views, sessions).run().pipe(map(({ modifyIndex }) => tenure(modifyIndex))), NEVER);
      }),

    withdraw: (lease, claim) =>
      defer(() => {
        const place = places.of(lease, claim);
        if (!place) return cleared(places.make(lease, claim), store);
        const left = place.leaving.enter();
        const done = () => {
          places.close(place);
          views.get(place.folder)?.correct(without(place));
        };
        return withdrawn(place, store).pipe(tap({ complete: done }), finalize(left));
      }).pipe(catchError((error: unknown) => throwError(() => translated(error, lease)))),

    update: (claim: ClaimRef, value: string) =>
      defer(() => {
        const place = places.of(claim.lease, claim);
        return place ? updated(place, store, views, value) : throwError(() => new ClaimLostError(claim, 'deleted'));
      }).pipe(catchError((error: unknown) => throwError(() => translated(error, claim.lease)))),
  };
}
