import { NEVER, Observable, of } from 'rxjs';
import { expect, it } from 'vitest';
import { Place } from '../../../src/backends/consul/place.js';
import type { Reading, Store } from '../../../src/backends/consul/store.js';
import { Turn } from '../../../src/backends/consul/turn.js';
import { Views } from '../../../src/backends/consul/views.js';
import type { Entry } from '../../../src/backends/consul/wire.js';

const [OURS, THEIRS] = ['0'.repeat(36), '1'.repeat(36)];
const entry = (key: string, session: string, index: number, value = ''): Entry => ({
  key,
  value,
  session,
  createIndex: index,
  modifyIndex: index,
});

/** A store that answers reads and writes when told to. */
function scene() {
  let turn = 0;
  const answers = { reads: [] as ((entries: Entry[]) => void)[], writes: [] as ((entries: Entry[]) => void)[] };
  const asked = (of: ((entries: Entry[]) => void)[]) =>
    new Promise<Reading>((resolve) => {
      const at = ++turn;
      of.push((entries) => resolve({ entries, asked: at, index: Math.max(0, ...entries.map(({ modifyIndex }) => modifyIndex)) }));
    });
  const trees = () =>
    new Observable<Reading>(
      (subscriber) => void asked(answers.reads).then((reading) => (subscriber.next(reading), subscriber.complete())),
    );
  const store = { turn: () => ++turn, read: () => NEVER, trees, transact: () => asked(answers.writes) } as Partial<Store> as Store;
  return { answers, store, views: new Views(store, '', () => undefined) };
}

it('a claim that was overtaken when it was put, and gave the lock back, is not lost by what was known before', async () => {
  const { answers, store, views } = scene();
  views.observe('k/', { every: 5_000 }).subscribe(); // somebody else in this process looks at the key
  await expect.poll(() => answers.reads.length).toBe(1);
  answers.reads[0]?.([]);
  await expect.poll(() => views.get('k/')?.queue?.claims).toEqual([]);

  const claim = { key: 'k', nonce: 'b', id: 'b' };
  const place = new Place(store, 'k/', { id: OURS, ttl: 10_000 }, claim);
  const told: unknown[] = [];
  new Turn(place, claim, views, { exists: () => of(true) })
    .run()
    .subscribe({ next: (lock) => told.push(lock), error: (error: unknown) => told.push(error) });
  await expect.poll(() => answers.writes.length).toBe(1);
  views.get('k/')?.correct((queue) => queue, 12); // another write of this process, answered first
  const older = entry(`k/${THEIRS}.a`, THEIRS, 5);
  answers.writes[0]?.([older, entry(place.key, OURS, 11), entry(place.lock, OURS, 11, place.name)]);
  await expect.poll(() => answers.writes.length).toBe(2);
  answers.writes[1]?.([]); // given back, sooner than anything was read
  await expect.poll(() => answers.reads.length).toBeGreaterThan(1);
  answers.reads.at(-1)?.([older, entry(place.key, OURS, 11)]);
  await expect.poll(() => views.get('k/')?.queue?.claims.length).toBe(2);
  expect(told).toEqual([]);
  views.close();
});
