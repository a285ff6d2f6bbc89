import { defer, distinctUntilChanged, map, merge, switchMap } from 'rxjs';
import type { Backend, Leader } from '../../core/types.js';
import type { Client } from './client.js';
import type { Queue } from './queue.js';

/** How often a key that is only observed is read again, in milliseconds: notifications may be lost. */
const PACE = 5_000;

interface Shown {
  readonly queue: Queue;
  readonly confirmed: boolean;
}

/** The oldest holder: after a read, and whenever what this client knows of the key changes; with `confirmEvery` at each read. */
export const watch =
  ({ views }: Client): Backend['watch'] =>
  (key, { confirmEvery } = {}) =>
    defer(() => {
      const changes$ = views.follow(key).pipe(map(({ queue }): Shown => ({ queue, confirmed: false })));
      const confirmed = (queue: Queue): Shown => ({ queue: views.latest(key) ?? queue, confirmed: confirmEvery !== undefined });
      const confirmations$ = views.keepReading(key, confirmEvery ?? PACE).pipe(map(confirmed));
      const shown$ = views.read(key).pipe(switchMap(() => merge(changes$, confirmations$)));
      return merge(views.keepFollowing(key), shown$).pipe(
        distinctUntilChanged(saysNothingNew),
        map(({ queue }) => holder(queue)),
      );
    });

/** A confirmation is told even if nothing changed, unless the very same answer was just told as a change. */
const saysNothingNew = (before: Shown, now: Shown): boolean =>
  now.confirmed ? now.queue === before.queue : same(holder(before.queue), holder(now.queue)) && before.queue.life === now.queue.life;
const same = (one: Leader | null, other: Leader | null): boolean =>
  one?.token === other?.token && one?.id === other?.id && one?.value === other?.value;

const holder = ({ entries: [first] }: Queue): Leader | null =>
  first ? { id: first.id, value: first.value, token: first.create } : null;
