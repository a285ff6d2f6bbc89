import { describe, expect, it } from 'vitest';
import { Known } from '../../../src/backends/consul/known.js';
import type { Entry, Queue } from '../../../src/backends/consul/wire.js';

const entry = (key: string, modifyIndex: number): Entry => ({ key, value: '', session: 's', createIndex: modifyIndex, modifyIndex });
const held = (index: number): Queue => ({ lock: entry('k/.lock', index), claims: [entry('k/s.n', index)] });
const free: Queue = { lock: undefined, claims: [] };

/** What is known of a queue, and answers to questions that are asked now. */
function scene() {
  let turn = 0;
  const known = new Known(() => ++turn, 0);
  const asked = (at = ++turn) => {
    return (queue: Queue, index: number) => known.read({ queue, index, asked: at });
  };
  return { known, asked };
}

describe('what was overtaken', () => {
  it('does not bring back what others deleted, though the index fell by that', () => {
    const { known, asked } = scene();
    asked()(held(7), 7);
    const [slow, quick] = [asked(), asked()];
    quick(free, 0);
    expect([slow(held(7), 7), known.queue]).toEqual(['past', free]);
  });

  it('does not bring back what we deleted, though its index is larger by what happens elsewhere', () => {
    const { known, asked } = scene();
    asked()(held(7), 7);
    const slow = asked();
    known.wrote(() => free); // at 21
    expect([slow(held(7), 20), known.queue]).toEqual(['present', free]);
  });

  it('counts when it shows what we have written: all that came before is in it', () => {
    const { known, asked } = scene();
    asked()(free, 5);
    const slow = asked();
    known.wrote((queue) => ({ ...queue, lock: entry('k/.lock', 9) }), 9);
    expect([slow(held(9), 9), known.queue]).toEqual(['present', held(9)]);
  });

  it('and shows the same is nothing new', () => {
    const { asked } = scene();
    const slow = asked();
    asked()(held(7), 7);
    expect(slow(held(7), 7)).toBe('nothing new');
  });
});
