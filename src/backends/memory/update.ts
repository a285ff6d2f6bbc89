import { type Observable, defer, ignoreElements, mergeMap, of, throwError } from 'rxjs';
import { ClaimLostError } from '../../core/errors.js';
import type { Backend } from '../../core/types.js';
import type { ClaimRecord } from './claims.js';
import type { Client } from './client.js';

/**
 * Changes the value of a claim, in order of subscription, and only if nothing changed it since: so that a request delivered
 * long after it was given up never writes over a later one.
 */
export const update =
  (client: Client): Backend['update'] =>
  ({ lease, key, nonce }, value) =>
    defer(() => {
      const record = client.claims.of({ lease, key, nonce });
      return record.inTurn(changed(client, lease.id, record, value).pipe(ignoreElements()));
    });

function changed(client: Client, lease: string, record: ClaimRecord, value: string): Observable<unknown> {
  const { store, network, views, timeout } = client;
  const { key, name, nonce } = record;
  return defer(() => {
    const { mod } = record;
    return network.call({
      verb: 'update',
      key,
      lease,
      nonce,
      timeout,
      effect: () => store.change(lease, key, name, mod, value),
      arrived: ({ queue }) => views.receive({ queue, proven: true }),
    });
  }).pipe(
    mergeMap(({ done, entry }) => {
      if (entry?.lease !== lease) return throwError(() => new ClaimLostError({ key }, entry ? 'overwritten' : 'deleted'));
      record.mod = entry.mod; // where an earlier outcome was unclear we were behind: the answer says by how much
      return done ? of(0) : changed(client, lease, record, value);
    }),
  );
}
