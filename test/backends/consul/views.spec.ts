import { Observable, Subject, of } from 'rxjs';
import { expect, it } from 'vitest';
import type { TenureRef } from '../../../src/core/types.js';
import type { Reading, Store } from '../../../src/backends/consul/store.js';
import { Views } from '../../../src/backends/consul/views.js';
import { monitored } from '../../../src/backends/consul/watch.js';
import type { Entry } from '../../../src/backends/consul/wire.js';

const SESSION = '0'.repeat(36);
const entry = (key: string, modifyIndex: number): Entry => ({
  key,
  value: '',
  session: SESSION,
  createIndex: modifyIndex,
  modifyIndex,
});
const held = (folder: string, index: number) => [entry(`${folder}${SESSION}.n`, index), entry(`${folder}.lock`, index)];

/** A store that answers lists when told to, and reads at once. */
function scene(tree: (folder: string) => Entry[]) {
  const lists = new Subject<{ entries: Entry[]; index: number }>();
  let turn = 0;
  const asked = (answer$: Observable<Omit<Reading, 'asked'>>) =>
    new Observable<Reading>((subscriber) => {
      const at = ++turn;
      return answer$.subscribe((answer) => subscriber.next({ ...answer, asked: at }));
    });
  const store = {
    turn: () => ++turn,
    read: () => asked(lists),
    trees: (folders: string[]) => {
      const entries = folders.flatMap(tree);
      return asked(of({ entries, index: Math.max(...entries.map(({ modifyIndex }) => modifyIndex)) }));
    },
  };
  const views = new Views(store as Partial<Store> as Store, 'p/', () => undefined);
  /** The token of each queue that an observer is told of; undefined: nobody holds it. */
  const observed = (folder: string, reading?: Reading) => {
    const told: (number | undefined)[] = [];
    views.observe(folder, { every: 1_000 }, reading).subscribe(({ lock }) => told.push(lock?.modifyIndex));
    return told;
  };
  return { views, observed, lists, turn: () => ++turn };
}

it('a list that was asked for before a queue was looked at is not the first that is told of it', async () => {
  const { views, observed, lists } = scene((folder) => held(folder, folder === 'p/a/' ? 5 : 7));
  const one = observed('p/a/');
  const other = observed('p/b/');
  lists.next({ entries: held('p/a/', 5), index: 5 }); // on its way since before p/b/ was written
  expect([[...one], [...other]]).toEqual([[5], []]);
  await expect.poll(() => other).toEqual([7]);
  views.close();
});

it('a tenure is not judged by what somebody else was told before it began', async () => {
  const keys = new Map([['p/a/', [entry(`p/a/${SESSION}.other`, 5)]]]);
  const { views, observed } = scene((folder) => keys.get(folder) ?? []);
  const told = observed('p/a/');
  await expect.poll(() => told).toEqual([undefined]);

  keys.set('p/a/', held('p/a/', 7));
  const tenure = { key: 'a', lease: { id: SESSION, ttl: 10_000 }, nonce: 'n', token: 7n } as TenureRef;
  const errors: unknown[] = [];
  monitored(views, 'p/', tenure).subscribe({ error: (error: unknown) => errors.push(error) });
  await expect.poll(() => told).toEqual([undefined, 7]); // read once more
  expect(errors).toEqual([]);
  views.close();
});

it('a queue that is opened with an answer from before the latest list is read: the list has told of what came after', async () => {
  const { views, observed, lists, turn } = scene((folder) => held(folder, folder === 'p/a/' ? 5 : 10));
  const one = observed('p/a/');
  const asked = turn();
  lists.next({ entries: [...held('p/a/', 5), ...held('p/b/', 10)], index: 10 });
  const other = observed('p/b/', { entries: held('p/b/', 9), index: 9, asked });
  await expect.poll(() => [one.includes(5), other]).toEqual([true, [9, 10]]);
  views.close();
});
