import { EMPTY, type Observable, catchError, concat, ignoreElements, mergeMap, throwError, timer } from 'rxjs';
import { removing } from './operations.js';
import type { Place } from './place.js';
import type { Store } from './store.js';
import { conflictOf } from './translate.js';
import { queueOf } from './wire.js';

/**
 * Removes what the store has of a claim, by one guarded transaction where every outcome is known. After an unclear
 * write "absent" is not final: it completes when a read after that request's own deadline shows nothing.
 */
export function withdrawn(place: Place, store: Store): Observable<never> {
  return place.writes.settled.pipe(
    mergeMap(() => {
      if (!place.touched) return EMPTY;
      if (place.unclearUntil !== undefined) return cleared(place, store);
      if (!place.standing$.value) return EMPTY; // refused, each time
      return removed(place, store, place.token);
    }),
    ignoreElements(),
  );
}

/** Looks first. */
export function cleared(place: Place, store: Store): Observable<never> {
  return store.trees([place.folder]).pipe(
    mergeMap(({ entries }) => {
      const queue = queueOf(place.folder, entries);
      const held = place.held(queue);
      if (held || place.in(queue)) return concat(removed(place, store, held?.modifyIndex), cleared(place, store));
      const rest = (place.unclearUntil ?? 0) - performance.now();
      return rest > 0 ? concat(timer(rest).pipe(ignoreElements()), cleared(place, store)) : EMPTY;
    }),
  );
}

/** Never the next tenure of the same session: `.lock` goes only as this tenure has written it. */
function removed(place: Place, store: Store, token?: number): Observable<never> {
  return place.write(removing(place, token)).pipe(
    ignoreElements(),
    catchError((error: unknown) => (conflictOf(error) ? cleared(place, store) : throwError(() => error))),
  );
}
