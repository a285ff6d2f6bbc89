import { EMPTY, type Observable, catchError, first, identity, ignoreElements, lastValueFrom, mergeMap, tap, throwError } from 'rxjs';
import { ClaimLostError } from '../../core/errors.js';
import { request } from '../../core/request.js';
import { announcing } from './operations.js';
import type { Place } from './place.js';
import type { Store } from './store.js';
import { conflictOf, isUnclear } from './translate.js';
import type { Views } from './views.js';
import { type Entry, type Queue, announce, queueOf } from './wire.js';

/** Changes what a claim announces, once it stands in the queue and every earlier update has ended. `.lock` stays as it is. */
export function updated(place: Place, store: Store, views: Views, value: string): Observable<never> {
  const { id, nonce } = place.claim;
  const change = changed(place, store, views, announce(id ?? nonce, value)).pipe(tap({ complete: () => (place.value = value) }));
  const turn = () => lastValueFrom(whenStanding(place, change), { defaultValue: undefined });
  return request(() => (place.updating = place.updating.then(turn, turn))).pipe(ignoreElements());
}

const whenStanding = (place: Place, work: Observable<never>): Observable<never> =>
  place.standing$.pipe(
    first(identity, false),
    mergeMap((stands) => (stands ? work : gone(place))),
  );

/** Read, then written as it was read; again when somebody was quicker, or when the outcome is unclear. */
function changed(place: Place, store: Store, views: Views, text: string): Observable<never> {
  const again = changed.bind(undefined, place, store, views, text);
  return store.trees([place.folder]).pipe(
    mergeMap(({ entries }) => {
      const own = place.in(queueOf(place.folder, entries));
      if (!own) return gone(place);
      const write = place.write(announcing(place, own, text));
      return own.value === text
        ? EMPTY
        : write.pipe(catchError((error: unknown) => (conflictOf(error) || isUnclear(error) ? again() : throwError(() => error))));
    }),
    tap(({ entries, index }) => views.get(place.folder)?.correct(replaced(entries, text), index)),
    ignoreElements(),
  );
}

const gone = ({ claim }: Place) => throwError(() => new ClaimLostError(claim, 'deleted'));

const replaced =
  (entries: readonly Entry[], value: string) =>
  ({ lock, claims }: Queue): Queue => ({
    lock,
    claims: claims.map((claim) => {
      const written = entries.find(({ key }) => key === claim.key);
      return written ? { ...written, value } : claim;
    }),
  });
