import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { until } from '../../servers/until.js';
import { Paper } from './paper.js';
import { actor, claimOn, done } from './scene.js';

afterEach(() => void vi.restoreAllMocks());
const anHourBack = () => {
  const now = Date.now;
  vi.spyOn(Date, 'now').mockImplementation(() => now() - 3_600_000);
};

describe('a wall clock that is set back by an hour', () => {
  it('stops no confirmation', async () => {
    const paper = new Paper();
    const one = actor(paper.client);
    const watched = one.listen(one.backend.watch('k', { confirmEvery: 50 }));
    await until('the first confirmations', () => watched.values.length > 3);
    anHourBack();
    const before = watched.values.length;
    await until('more of them', () => watched.values.length > before + 3, 2_000);
  });

  it('keeps no withdrawal waiting', async () => {
    const paper = new Paper();
    const one = await actor(paper.client).granted(10_000);
    const claim = claimOn('k', 'one');
    paper.after = (name) => {
      if (name === 'put') throw new Error('14 UNAVAILABLE: connection lost');
    };
    const waiting = one.listen(one.backend.acquire(one.lease, claim));
    await until('it is put', () => paper.keys.size === 1);
    await pause(10);
    waiting.leave();
    anHourBack();
    await done(one.backend.withdraw(one.lease, claim));
    expect(paper.keys.size).toBe(0);
  });
});

it('a key is confirmed at least as often as was asked', async () => {
  const paper = new Paper();
  const one = actor(paper.client);
  const reads: number[] = [];
  paper.before = (name) => name === 'range' && reads.push(performance.now());
  one.listen(one.backend.watch('k', { confirmEvery: 400 }));
  await until('it is read', () => paper.count('watch') === 1 && reads.length > 1);
  await pause(220); // more than half of any pause
  one.listen(one.backend.watch('k')); // reads once more
  await pause(1_000);
  const pauses = reads.slice(2).map((at, i) => at - (reads[i + 1] ?? 0));
  expect(pauses.length).toBeGreaterThan(2);
  expect(Math.max(...pauses)).toBeLessThan(400);
});
