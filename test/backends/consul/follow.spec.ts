import { NEVER, of, take, throwError, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { follow } from '../../../src/backends/consul/follow.js';
import type { Reading } from '../../../src/backends/consul/store.js';
import { done } from './scene.js';

const entry = { key: 'k/.lock', value: '', session: undefined, createIndex: 1, modifyIndex: 1 };
const reading = (index: number, entries = [entry]): Reading => ({ entries, index, asked: 0 });

/** Follows a store that answers in turn, and notes from which index on it was asked: 0 waits for nothing. */
function following(...answers: (Reading | Error)[]) {
  const [asked, left]: [number[], number[]] = [[], []];
  const store = {
    read: (_: string, { index = 0 }: { index?: number }) => {
      asked.push(index);
      const answer = answers.shift();
      if (!answer) return NEVER;
      return answer instanceof Error ? throwError(() => answer) : of(answer);
    },
  };
  const slots = { leave: () => void left.push(1) };
  return { asked, left, heard: follow(store, slots, { key: 'k/', recurse: true }) };
}

describe('one blocking query after another', () => {
  it('begins with a plain read, and waits from each index on', async () => {
    const { asked, heard } = following(reading(3), reading(5), reading(9));
    expect((await done(heard.pipe(take(3), toArray())))?.map(({ index }) => index)).toEqual([3, 5, 9]);
    expect(asked.slice(0, 3)).toEqual([0, 3, 5]);
  });

  it('reads plainly after a lower index: a high one of another store would only block', async () => {
    const { asked, heard } = following(reading(700), reading(4), reading(5));
    await done(heard.pipe(take(3)));
    expect(asked.slice(0, 3)).toEqual([0, 700, 0]);
  });

  it('reads plainly after an error: what was missed is not waited for', async () => {
    const { asked, heard } = following(reading(3), new Error('reset'), reading(8));
    await done(heard.pipe(take(2)));
    expect(asked.slice(0, 3)).toEqual([0, 3, 0]);
  });

  it('ends where nothing is left, for it would wake for its neighbours', async () => {
    const { asked, heard } = following(reading(3), reading(5, []));
    expect((await done(heard.pipe(toArray())))?.length).toBe(2);
    expect(asked).toEqual([0, 3]);
  });

  it('counts a query that is left before its answer', () => {
    const { left, heard } = following(reading(3));
    heard.subscribe().unsubscribe();
    expect(left).toEqual([1]);
  });
});
