import type { ITxnRequest } from 'etcd3';
import { EMPTY, type Observable, concat, defer, ignoreElements, mergeMap, takeUntil, tap, timer } from 'rxjs';
import type { Backend } from '../../core/types.js';
import type { Attempt } from './attempt.js';
import type { Cluster } from './cluster.js';
import { timeUntil } from './ledger.js';
import type { Store } from './store.js';

/** Etcd takes no more operations in one transaction. */
const MOST = 128;

export function withdraw(store: Store): Backend['withdraw'] {
  return (lease, claim) => defer(() => withdrawal(store, store.ledger.find(lease, claim)));
}

/**
 * Deletes what an attempt left in the store. Guarded by its creation revision; after an unclear write, which may come to pass
 * under any, by its nonce, which no other attempt has. Then it is deleted once more when that request has run out of time,
 * and from there on whenever it turns up. The end of its lease does all of that at once.
 */
export function withdrawal({ cluster, ledger, views }: Store, attempt: Attempt): Observable<never> {
  const remove = () =>
    cluster
      .agree(({ kv }, options) => kv.txn(deletion(attempt), options))
      .pipe(tap(({ answer, revision }) => answer.succeeded && views.get(attempt.directory)?.learn(attempt.path, revision)));

  const removed = defer(() => {
    attempt.giveUp();
    return concat(
      attempt.inTurn(defer(() => (attempt.mayExist ? remove() : EMPTY))),
      defer(() => (attempt.clearAt > 0 ? timer(timeUntil(attempt.clearAt)).pipe(mergeMap(remove)) : EMPTY)),
    );
  });
  return concat(
    removed.pipe(takeUntil(attempt.ended$)),
    defer(() => (ledger.leave(attempt), EMPTY)),
  ).pipe(ignoreElements());
}

function deletion({ key, entry, unclear }: Attempt): ITxnRequest {
  const ours = { key, target: 'Create', result: 'Equal', create_revision: String(entry?.created) } as const;
  return { compare: unclear ? [] : [ours], success: [{ request_delete_range: { key } }] };
}

/** Deletes what unclear writes of this lease may have left since: all that was withdrawn, or what was just seen. Unasked, so nobody hears of it. */
export function sweep(cluster: Pick<Cluster, 'ask'>, paths: readonly string[]): void {
  for (let from = 0; from < paths.length; from += MOST) {
    const success = paths.slice(from, from + MOST).map((path) => ({ request_delete_range: { key: Buffer.from(path) } }));
    cluster.ask(({ kv }, options) => kv.txn({ success }, options)).subscribe({ error: () => undefined });
  }
}
