import { NEVER } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import type { Target } from '../../../src/backends/consul/follow.js';
import type { Sight } from '../../../src/backends/consul/known.js';
import { View } from '../../../src/backends/consul/view.js';
import type { Entry, Queue } from '../../../src/backends/consul/wire.js';

const entry = (key: string, modifyIndex: number): Entry => ({ key, value: '', session: 's', createIndex: modifyIndex, modifyIndex });
const held = (index: number): Queue => ({ lock: entry('k/.lock', index), claims: [entry('k/s.n', index)] });
const free: Queue = { lock: undefined, claims: [] };

/** A view, and what it says of the lock: its index, or nothing. */
function viewed() {
  let [turn, rereads] = [0, 0];
  const targets: Target[] = [];
  const listen = (target: Target) => (targets.push(target), NEVER);
  const view = new View('k/', { turn: () => ++turn, reread: () => rereads++, listen, seen: () => undefined });
  const said: (number | undefined)[] = [];
  view.observe({ every: 1_000 }).subscribe(({ lock }) => said.push(lock?.modifyIndex));
  /** An answer to a question that is asked now. */
  const asked = () => {
    const at = ++turn;
    return (queue: Queue, index: number): Sight => ({ queue, index, asked: at });
  };
  return { view, said, asked, targets, rereads: () => rereads };
}

describe('answers that overtake one another', () => {
  it('are told in the order of the store: older ones are dropped, and one fresh read asked for, however many they are', async () => {
    const { view, said, asked, rereads } = viewed();
    const upkeep = view.upkeep.subscribe();
    const [slow, slower, quick] = [asked(), asked(), asked()];
    view.learn(quick(held(7), 7));
    view.learn(slow(held(5), 5));
    view.learn(slower(held(6), 6));
    await vi.waitFor(() => expect(rereads()).toBeGreaterThan(0));
    expect([said, rereads()]).toEqual([[7], 1]);
    upkeep.unsubscribe();
  });

  it('never bring back a token that we gave up ourselves', () => {
    const { view, said, asked } = viewed();
    view.learn(asked()(held(7), 7));
    const before = asked();
    view.correct(() => free);
    view.learn(before(held(7), 7));
    expect(said).toEqual([7, undefined]);
  });

  it('count when they are later, though asked for earlier: a blocking query has waited', () => {
    const { view, said, asked } = viewed();
    const blocking = asked();
    view.learn(asked()(held(7), 7));
    view.learn(blocking(free, 9));
    expect(said).toEqual([7, undefined]);
  });
});

describe('a lower index', () => {
  it('is the new present when it was asked for after all that is known: the store lost its data', () => {
    const { view, said, asked } = viewed();
    view.learn(asked()(held(700), 700));
    view.learn(asked()(held(3), 3));
    view.learn(asked()(held(5), 5));
    expect(said).toEqual([700, 3, 5]);
  });
});

describe('what nobody asked for', () => {
  it('is told when it is news, and otherwise only now and then', () => {
    const { view, said, asked } = viewed();
    view.learn(asked()(held(7), 7));
    view.learn(asked()(held(7), 8), true);
    view.learn(asked()(held(9), 9), true);
    view.learn(asked()(held(9), 9));
    expect(said).toEqual([7, 9, 9]);
  });
});

describe('a write of our own', () => {
  it('is not undone by what was seen before it', () => {
    const { view, said, asked } = viewed();
    view.learn(asked()(free, 5));
    const slow = asked();
    view.correct(() => held(9), 9);
    view.learn(slow(free, 8));
    expect(said).toEqual([undefined, 9]);
  });

  it('undoes nothing that is known to be later', () => {
    const { view, said, asked } = viewed();
    view.learn(asked()(held(9), 9));
    view.correct(() => held(7), 7);
    expect(said).toEqual([9]);
  });

  it('does not tell what others did before it', () => {
    const { view, asked, rereads } = viewed();
    view.learn(asked()(free, 5));
    view.correct((queue) => queue, 9);
    const heard: (number | undefined)[] = [];
    view.observe({ every: 1_000, since: 7 }).subscribe(({ lock }) => heard.push(lock?.modifyIndex));
    expect([heard, rereads()]).toEqual([[], 1]);
  });
});

describe('a write of our own, again and again', () => {
  it('puts off no read', () => {
    vi.useFakeTimers();
    const { view, asked, rereads } = viewed();
    const upkeep = view.upkeep.subscribe();
    view.learn(asked()(held(5), 5));
    for (let i = 0; i < 5; i++) {
      view.correct((queue) => queue); // a tryLock that was refused, and is withdrawn
      vi.advanceTimersByTime(500);
    }
    upkeep.unsubscribe();
    vi.useRealTimers();
    expect(rereads()).toBe(1);
  });

  it('makes no blocking query wait for what comes after it: others may have come before', () => {
    const { view, asked, targets } = viewed();
    const upkeep = view.upkeep.subscribe();
    view.learn(asked()(held(5), 5));
    view.correct((queue) => queue, 12);
    view.observe({ every: 1_000, only: ({ lock }) => lock }).subscribe();
    upkeep.unsubscribe();
    expect(targets.map(({ index }) => index)).toEqual([5]);
  });
});

describe('an observer that knows of a write', () => {
  it('is not told what is older, whoever else has been', () => {
    const { view, said, asked, rereads } = viewed();
    view.learn(asked()(free, 5));
    const slow = asked();
    const heard: (number | undefined)[] = [];
    view.observe({ every: 1_000, since: 7 }).subscribe(({ lock }) => heard.push(lock?.modifyIndex));
    view.learn(slow(free, 6));
    expect([heard, rereads()]).toEqual([[], 1]);
    view.learn(asked()(held(7), 7));
    expect([said, heard]).toEqual([[undefined, 7], [7]]);
  });

  it('believes a fresh answer even so: the store may have lost its data', () => {
    const { view, asked } = viewed();
    const heard: (number | undefined)[] = [];
    view.observe({ every: 1_000, since: 700 }).subscribe(({ lock }) => heard.push(lock?.modifyIndex));
    view.learn(asked()(held(3), 3));
    expect(heard).toEqual([3]);
  });
});
