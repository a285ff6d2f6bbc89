import { EMPTY, concatMap, defer, ignoreElements, map, merge, of } from 'rxjs';
import { ClaimLostError } from '../../core/errors.js';
import type { Backend, TenureRef } from '../../core/types.js';
import type { Client } from './client.js';
import { type Queue, holds } from './queue.js';

/** Says so when the store no longer has our claim, as ours, first in line. Silence of the store is no loss. */
export const monitor =
  ({ views }: Client): Backend['monitor'] =>
  (tenure) =>
    defer(() => {
      const { key, lease, token } = tenure;
      const first$ = views.latest(key) ? EMPTY : views.readUntilAnswered(key);
      const seen$ = merge(views.follow(key), merge(first$, views.keepReading(key, lease.ttl / 5)).pipe(ignoreElements()));
      return seen$.pipe(
        // Older than the tenure itself: either the past, on its way for long, or data that went back. A new read tells.
        concatMap(({ queue }) => (queue.revision >= token ? of(queue) : views.readUntilAnswered(key))),
        map((queue) => stillOurs(queue, tenure)),
        ignoreElements(),
      );
    });

function stillOurs(queue: Queue, tenure: TenureRef): void {
  const own = queue.entries.find(({ nonce, create }) => nonce === tenure.nonce && create === tenure.token);
  if (!own) throw new ClaimLostError(tenure, 'deleted');
  if (own.lease !== tenure.lease.id) throw new ClaimLostError(tenure, 'overwritten');
  if (!holds(queue, own)) throw new ClaimLostError(tenure, 'taken');
}
