import type { ICompare, IRequestOp, ITxnRequest } from 'etcd3';
import { type Observable, catchError, map, mergeMap, of, throwError } from 'rxjs';
import { HeldError, LeaseLostError } from '../../core/errors.js';
import type { Claim } from '../../core/types.js';
import type { Attempt } from './attempt.js';
import { untilAnswered } from './patience.js';
import { type Queue, find, holdsBehind } from './queue.js';
import type { Store } from './store.js';
import { isLeaseGone } from './translate.js';
import { queueOf } from './view.js';
import { decimal, prefixed } from './wire.js';

/** Our place in the queue, as the transaction itself answered it. */
export interface Placing {
  readonly queue: Queue;
  readonly revision: bigint;
  readonly life: number;
}

/**
 * Puts the claim at the end of the queue, in one transaction that may be sent any number of times: what was done under this
 * nonce is found again, whoever's answer was lost, and nothing that another attempt did is ever taken for it.
 */
export function place({ cluster, views }: Store, attempt: Attempt): Observable<Placing> {
  const unlessThere: ICompare = { key: attempt.key, target: 'Create', result: 'Equal', create_revision: 0 };
  return send({ cluster, views }, attempt, unlessThere);
}

/** The same, only where it would hold at once: not when the key is held or waited for. */
export function placeIfFree(
  store: Pick<Store, 'cluster' | 'views'>,
  attempt: Attempt,
  claim: Claim,
  newest = 0n,
): Observable<Placing> {
  const unlessNewer: ICompare = {
    ...prefixed(attempt.directory),
    target: 'Create',
    result: 'Less',
    create_revision: String(newest + 1n),
  };
  return send(store, attempt, unlessNewer).pipe(
    mergeMap((placing) => {
      if (find(placing.queue, attempt.path)) return of(placing);
      if (!holdsBehind(placing.queue, claim.kind)) return throwError(() => new HeldError(claim));
      return placeIfFree(store, attempt, claim, placing.revision); // only deeper keys are in the way, or claims that we may join
    }),
  );
}

function send({ cluster, views }: Pick<Store, 'cluster' | 'views'>, attempt: Attempt, condition: ICompare): Observable<Placing> {
  const { key, lease, directory } = attempt;
  const look: IRequestOp = { request_range: prefixed(directory) };
  const txn = (): ITxnRequest => ({
    compare: [condition],
    success: [{ request_put: { key, value: Buffer.from(attempt.value), lease: decimal(lease.id) } }, look],
    failure: [look],
  });
  const sent$ = cluster
    .agree(({ kv }, options) => kv.txn(txn(), options))
    .pipe(
      map(({ answer, revision, life }) => {
        const keys = answer.responses.at(-1)?.response_range.kvs ?? [];
        const queue = views.get(directory)?.take({ revision, life }, keys) ?? queueOf(directory, keys); // watchers hear it first
        const entry = find(queue, attempt.path);
        if (entry) attempt.place(entry, life);
        return { queue, revision, life };
      }),
    );
  return attempt.put(sent$).pipe(
    catchError((error: unknown) =>
      throwError(() => (isLeaseGone(error) ? new LeaseLostError(lease, 'revoked', { cause: error }) : error)),
    ),
    untilAnswered(),
  );
}
