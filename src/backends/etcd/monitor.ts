import { EMPTY, type Observable, defer, filter, ignoreElements, merge, mergeMap, of, tap, timer } from 'rxjs';
import { ClaimLostError } from '../../core/errors.js';
import type { Backend } from '../../core/types.js';
import { untilAnswered } from './patience.js';
import type { Store } from './store.js';
import { isBefore, judge } from './verdict.js';
import type { View } from './view.js';

/** A tenure that ends sooner is never watched: most locks are held for a few milliseconds. */
const SHORT = 50;

/** Watches a key that we hold. An event is proof enough that it is gone; that it is still ours is nothing to tell. */
export function monitor({ views, ledger, cluster }: Store): Backend['monitor'] {
  return ({ lease, token, ...claim }) =>
    defer(() => {
      const attempt = ledger.find(lease, claim);
      const { directory, path } = attempt;
      const since = attempt.proof ?? { revision: token, life: cluster.life }; // another process may have made it
      const own = { key: claim.key, lease, path, token };

      /** What others have heard of the key before we came: one reading, where that says nothing of this tenure. */
      const heard = (view: View) => {
        const { now } = view;
        return now && !isBefore(now, since) ? of(now) : view.read().pipe(untilAnswered(), ignoreElements());
      };
      const check = (): Observable<unknown> => {
        const isShared = views.get(directory) !== undefined; // else its watch begins with us, and with a reading
        return views.use(directory, (view) =>
          merge(
            merge(view.live$, isShared ? heard(view) : EMPTY).pipe(
              filter((seen) => !isBefore(seen, since)),
              tap((seen) => {
                if (!judge(seen.queue, own).isTurn) throw new ClaimLostError(claim, 'taken');
              }),
            ),
            view.confirm(lease.ttl / 5),
          ),
        );
      };
      return (views.get(directory) ? check() : timer(SHORT).pipe(mergeMap(check))).pipe(ignoreElements());
    });
}
