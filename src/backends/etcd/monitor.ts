import { defer, filter, ignoreElements, merge, mergeMap, tap, timer } from 'rxjs';
import type { Backend } from '../../core/types.js';
import type { Store } from './store.js';
import { judge } from './verdict.js';
import { ClaimLostError } from '../../core/errors.js';

/** A tenure that ends sooner is never watched: most locks are held for a few milliseconds. */
const SHORT = 50;

/** Watches a key that we hold. An event is proof enough that it is gone; that it is still ours is nothing to tell. */
export function monitor({ views, ledger, cluster }: Store): Backend['monitor'] {
  return ({ lease, token, ...claim }) =>
    defer(() => {
      const attempt = ledger.find(lease, claim);
      const { directory, path } = attempt;
      const life = attempt.known ? attempt.life : cluster.life;
      const own = { key: claim.key, lease, path, token };
      const check = views.use(directory, (view) =>
        merge(
          view.live$.pipe(
            filter((seen) => seen.life !== life || seen.revision >= token),
            tap((seen) => {
              if (!judge(seen.queue, own).isTurn) throw new ClaimLostError(claim, 'taken');
            }),
          ),
          view.confirm(lease.ttl / 5),
        ),
      );
      return timer(views.get(directory) ? 0 : SHORT).pipe(
        mergeMap(() => check),
        ignoreElements(),
      );
    });
}
