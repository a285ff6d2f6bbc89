import { type Observable, EMPTY, catchError, defer, finalize, ignoreElements, mergeMap, tap, timer } from 'rxjs';
import type { Backend } from '../../core/types.js';
import type { ClaimRecord } from './claims.js';
import type { Client } from './client.js';
import type { Queue } from './queue.js';

/**
 * Takes a claim out of its queue, after what is still under way about it.
 *
 * An unclear put may reach the store after the removal, so this completes when a removal later than that put's own deadline
 * has been answered; the claim stays doubtful until its lease ends, and is swept whenever it shows up.
 */
export const withdraw =
  (client: Client): Backend['withdraw'] =>
  (lease, { key, nonce }) =>
    defer(() => {
      const record = client.claims.of({ lease, key, nonce });
      const over = () => (record.unclear > 0 ? (record.doubtful = true) : client.claims.drop(lease.id, nonce));
      record.withdrawn$.next();
      return record.inTurn(removedForSure(client, lease.id, record).pipe(ignoreElements(), tap({ complete: over })));
    });

/** Removes doubtful claims of ours that a queue shows. */
export const sweepShown = (client: Client, { entries }: Queue): void =>
  entries.forEach(({ lease, nonce }) => {
    const record = lease !== undefined && nonce !== undefined && client.claims.find(lease, nonce);
    if (record && record.doubtful) sweep(client, lease, record);
  });

/** Removes a doubtful claim, shown or not; what fails is tried at the next renewal. */
export function sweep(client: Client, lease: string, record: ClaimRecord): void {
  if (record.swept) return;
  record.swept = true;
  const done = () => (record.swept = false);
  record
    .inTurn(removed(client, lease, record))
    .pipe(
      catchError(() => EMPTY),
      finalize(done),
    )
    .subscribe();
}

export const removed = ({ store, network, views, timeout }: Client, lease: string, { key, name, nonce }: ClaimRecord) =>
  network.call({
    verb: 'withdraw',
    key,
    lease,
    nonce,
    timeout,
    effect: () => store.remove(lease, key, name),
    arrived: ({ queue }) => views.receive({ queue, proven: true }),
  });

const removedForSure = (client: Client, lease: string, record: ClaimRecord): Observable<unknown> =>
  removed(client, lease, record).pipe(
    mergeMap(({ alive }) => {
      const wait = record.unclearUntil - client.scheduler.now();
      const again = timer(wait, client.scheduler).pipe(mergeMap(() => removed(client, lease, record)));
      return alive && record.unclear > 0 && wait > 0 ? again : EMPTY;
    }),
  );
