import type { ITxnRequest } from 'etcd3';
import { EMPTY, type Observable, concat, defer, ignoreElements, mergeMap, take, throwIfEmpty } from 'rxjs';
import { ClaimLostError } from '../../core/errors.js';
import type { Backend } from '../../core/types.js';
import type { Attempt } from './attempt.js';
import { fits } from './limits.js';
import type { Store } from './store.js';
import { judge } from './verdict.js';
import { queueOf } from './view.js';
import { decimal } from './wire.js';

/**
 * Changes what a claim announces, in order of subscription. Guarded by the revision of the change before, so that one that was
 * held up on its way overtakes nothing that came later, and revives nothing that was deleted.
 */
export function update({ cluster, ledger, views }: Store): Backend['update'] {
  const write = (key: string, attempt: Attempt, value: string): Observable<never> =>
    cluster
      .agree(({ kv }, options) => kv.txn(change(attempt, value), options))
      .pipe(
        mergeMap(({ answer, revision }) => {
          const { entry, directory, path, lease } = attempt;
          if (answer.succeeded && entry) {
            attempt.entry = { ...entry, value, modified: revision };
            views.get(directory)?.learn(path, revision, attempt.entry);
            return EMPTY;
          }
          const queue = queueOf(directory, answer.responses[0]?.response_range.kvs ?? []);
          attempt.entry = judge(queue, { key, lease, path, token: entry?.created ?? queue[0]?.created ?? -1n }).entry;
          return write(key, attempt, value);
        }),
      );

  return (claim, value) =>
    defer(() => {
      fits({ key: claim.key, value });
      const attempt = ledger.find(claim.lease, claim);
      attempt.value = value; // where it is still to be put, it is put with this
      const placed$ = attempt.placed$.pipe(
        take(1),
        throwIfEmpty(() => new ClaimLostError(claim, 'deleted')),
      );
      return concat(attempt.known ? placed$ : EMPTY, attempt.inTurn(defer(() => write(claim.key, attempt, value))));
    }).pipe(ignoreElements());
}

function change({ key, entry, lease }: Attempt, value: string): ITxnRequest {
  return {
    compare: [{ key, target: 'Mod', result: 'Equal', mod_revision: String(entry?.modified ?? -1n) }], // none is -1: then it is only read
    success: [{ request_put: { key, value: Buffer.from(value), lease: decimal(lease.id) } }],
    failure: [{ request_range: { key } }],
  };
}
