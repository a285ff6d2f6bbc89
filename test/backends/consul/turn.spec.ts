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

/** A claim that is put behind an older one, and gets the lock all the same, for that had none. */
async function claimed({ answers, store, views }: ReturnType<typeof scene>, meanwhile: () => void) {
  const claim = { key: 'k', nonce: 'b', id: 'b' };
  const place = new Place(store, 'k/', { id: OURS, ttl: 10_000 }, claim);
  const told: unknown[] = [];
  const run$ = new Turn(place, claim, views, { exists: () => of(true) }).run();
  run$.subscribe({ next: (lock) => told.push(lock), error: (error: unknown) => told.push(error) });
  await expect.poll(() => answers.writes.length).toBe(1);
  meanwhile();
  answers.writes[0]?.([OLDER, entry(place.key, OURS, 11), entry(place.lock, OURS, 11, place.name)]);
  await expect.poll(() => answers.writes.length).toBe(2);
  return { place, told };
}
const OLDER = entry(`k/${THEIRS}.a`, THEIRS, 5);

it('a claim that was overtaken when it was put, and gave the lock back, is not lost by what was known before', async () => {
  const { answers, store, views } = scene();
  views.observe('k/', { every: 5_000 }).subscribe(); // somebody else in this process looks at the key
  await expect.poll(() => answers.reads.length).toBe(1);
  answers.reads[0]?.([]);
  await expect.poll(() => views.get('k/')?.queue?.claims).toEqual([]);

  const written = () => views.get('k/')?.correct((queue) => queue, 12); // by another claim of this process, answered first
  const { place, told } = await claimed({ answers, store, views }, written);
  answers.writes[1]?.([]); // given back, sooner than anything was read
  await expect.poll(() => answers.reads.length).toBeGreaterThan(1);
  answers.reads.at(-1)?.([OLDER, entry(place.key, OURS, 11)]);
  await expect.poll(() => views.get('k/')?.queue?.claims.length).toBe(2);
  expect(told).toEqual([]);
  views.close();
});

it('nor by what somebody else has begun to look at the key with, before it did', async () => {
  const { answers, store, views } = scene();
  const { place, told } = await claimed({ answers, store, views }, () => undefined);
  views.observe('k/', { every: 5_000 }, { entries: [OLDER], index: 5, asked: store.turn() }).subscribe();
  answers.writes[1]?.([]);
  await expect.poll(() => answers.reads.length).toBeGreaterThan(0);
  answers.reads.at(-1)?.([OLDER, entry(place.key, OURS, 11)]);
  await expect.poll(() => views.get('k/')?.queue?.claims.length).toBe(2);
  expect(told).toEqual([]);
  views.close();
});
