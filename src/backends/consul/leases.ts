import { type Observable, asapScheduler, concat, defer, forkJoin, ignoreElements, subscribeOn, tap } from 'rxjs';
import type { Grant, LeaseRef } from '../../core/types.js';
import type { Places } from './places.js';
import type { Sessions } from './sessions.js';
import type { Views } from './views.js';

/** The lease verbs, and what claims need of them. */
export function leases(sessions: Sessions, places: Places, views: Views) {
  return {
    grant: (ttl: number): Observable<Grant> => sessions.grant(ttl),

    /** Late writes of claims that are over are looked for as long as the lease lives. */
    renew: (lease: LeaseRef): Observable<unknown> => sessions.renew(lease).pipe(tap(() => places.sweepDoubtful(lease))),

    /** A turn later, after the releases that begin in this one: a destroyed session puts its lock delay on what it still holds. */
    revoke: (lease: LeaseRef): Observable<never> =>
      defer(() => {
        const claims = places.on(lease);
        const ended = () => {
          places.forget(lease);
          claims.forEach(({ folder }) => views.get(folder) && views.reread(folder));
        };
        return concat(forkJoin(claims.map(({ leaving }) => leaving.settled)).pipe(ignoreElements()), sessions.revoke(lease)).pipe(
          tap({ complete: ended }),
        );
      }).pipe(subscribeOn(asapScheduler)),
  };
}
