import {
  type Observable,
  NEVER,
  ReplaySubject,
  catchError,
  concat,
  defer,
  exhaustMap,
  filter,
  finalize,
  ignoreElements,
  map,
  merge,
  mergeMap,
  of,
  raceWith,
  switchMap,
  take,
  throwError,
  timer,
} from 'rxjs';
import { ClaimLostError, HeldError, LeaseLostError, isTenureError } from '../../core/errors.js';
import type { Backend, Claim, LeaseRef } from '../../core/types.js';
import type { ClaimRecord } from './claims.js';
import { type Client, RETRY } from './client.js';
import { type Entry, type Queue, find, holds } from './queue.js';

/**
 * Places a claim in its queue, and waits until an answer of the store shows it first in line.
 *
 * While the network is down it keeps trying, until unsubscribed. The claim's own nonce makes a repeated put harmless.
 */
export const acquire =
  (client: Client): Backend['acquire'] =>
  (lease, claim) =>
    defer(() => {
      const record = client.claims.of({ lease, ...claim });
      const left$ = new ReplaySubject<void>(1);
      const tenure = ({ id, value, kind, create }: Entry) => ({ ...ref(lease, claim), id, value, kind, token: create });
      const turn$ = record.inTurn(placed(client, lease, claim, record, left$)).pipe(
        switchMap(() => turn(client, lease, record)),
        map(tenure),
      );
      // Followed from before the put until the end: the view misses nothing, and whoever monitors the tenure needs no read.
      return merge(client.views.keepFollowing(claim.key), concat(turn$, NEVER)).pipe(finalize(() => left$.next()));
    });

const ref = ({ id, ttl }: LeaseRef, { key, nonce }: Claim) => ({ key, nonce, lease: { id, ttl } });

/** The queue with our claim in it, as an answer of the store showed it. */
function placed(client: Client, lease: LeaseRef, claim: Claim, record: ClaimRecord, left$: Observable<void>): Observable<Queue> {
  const gone$ = merge(left$, record.withdrawn$).pipe(
    map(() => {
      throw new ClaimLostError(claim, 'deleted');
    }),
  );
  const readBack = () =>
    timer(RETRY, client.scheduler).pipe(
      mergeMap(() => client.views.readUntilAnswered(claim.key)),
      raceWith(gone$),
      mergeMap((queue) => (find(queue, record.name) ? (record.unclear--, of(queue)) : attempt())),
    );
  const attempt = (): Observable<Queue> =>
    put(client, lease, claim, record).pipe(
      catchError((error: unknown) => (isUnclear(error) ? (record.unclear++, readBack()) : throwError(() => error))),
    );
  return attempt();
}

/** One put if absent. An outcome that is unclear stays so until an answer, however late, or a read shows the claim. */
function put(client: Client, lease: LeaseRef, claim: Claim, record: ClaimRecord): Observable<Queue> {
  const { store, network, views, scheduler, timeout } = client;
  const { key, nonce, id = nonce, value = '', kind = 'exclusive', wait = true } = claim;
  return defer(() => {
    const until = scheduler.now() + timeout;
    record.unclearUntil = until;
    return network.call({
      verb: 'acquire',
      key,
      lease: lease.id,
      nonce,
      timeout,
      effect: () => store.place(lease.id, { key, name: record.name, id, nonce, value, kind, wait }),
      arrived: ({ queue }) => views.receive({ queue, proven: true }),
    });
  }).pipe(
    map(({ outcome, queue }) => {
      if (outcome === 'lost') throw new LeaseLostError(lease, 'revoked');
      if (outcome === 'held') throw new HeldError(claim);
      record.mod = find(queue, record.name)!.mod;
      return queue;
    }),
  );
}

/** Our claim, once nothing older is in its way. A notification is a hint, which a read must confirm; an answer is proof. */
function turn({ views }: Client, lease: LeaseRef, record: ClaimRecord): Observable<Entry> {
  const { key, name } = record;
  const own = (queue: Queue) => {
    const entry = find(queue, name);
    if (entry?.lease === lease.id) return { entry, first: holds(queue, entry) };
    throw new ClaimLostError({ key }, entry ? 'overwritten' : 'deleted');
  };
  const seen$ = merge(views.follow(key), views.keepReading(key, lease.ttl / 5).pipe(ignoreElements()));
  return seen$.pipe(
    filter(({ queue }) => own(queue).first),
    exhaustMap(({ queue, proven }) => (proven ? of(queue) : views.readUntilAnswered(key))),
    map(own),
    filter(({ first }) => first),
    map(({ entry }) => entry),
    take(1),
  );
}

const isUnclear = (error: unknown) => isTenureError(error) && error.code === 'BACKEND_UNAVAILABLE';
