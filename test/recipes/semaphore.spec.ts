import { NEVER, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { memoryBackend } from '../../src/backends/memory/backend.js';
import { HeldError, type TenureError, UnsupportedError } from '../../src/core/errors.js';
import { semaphore } from '../../src/recipes/semaphore.js';
import { type VirtualTime, virtualTime } from '../fixtures/virtualTime.js';

const arrange = (time: VirtualTime) => {
  const { scheduler } = time;
  const backend = memoryBackend({ scheduler });
  const options = { key: 'pool', permits: 2, ttl: 1_000, scheduler };
  const at = (told: readonly unknown[][]) => told.map(([when]) => when);
  return {
    store: backend.store,
    one: semaphore(backend, options),
    other: semaphore(memoryBackend({ scheduler, store: backend.store }), options),
    at,
  };
};

describe('semaphore', () => {
  it(
    'lets as many hold at once as there are permits, in order, inside one process and across',
    virtualTime((time) => {
      const { one, other, at } = arrange(time);
      const [first, second] = [time.record(one.acquire()), time.record(one.acquire())];
      time.until(1);
      const third = time.record(other.acquire());
      time.until(2);
      const fourth = time.record(one.acquire());
      time.until(10);
      second.leave();
      time.until(20);
      first.leave();
      time.until(30);
      expect([first, second, third, fourth].map(({ told }) => at(told))).toEqual([[0], [0], [10], [20]]);
    }),
  );

  it(
    'refuses a try when all permits are taken',
    virtualTime((time) => {
      const { one, other } = arrange(time);
      [time.record(one.acquire()), time.record(other.tryAcquire())].forEach(({ told }) => expect(told).toEqual([]));
      time.until(10);
      const refused = time.record(one.tryAcquire());
      time.until(20);
      expect(refused.told).toEqual([[10, 'E', expect.any(HeldError)]]);
    }),
  );

  it(
    'runs work with a permit, never more at once than there are',
    virtualTime((time) => {
      const { one, other, store } = arrange(time);
      const inside = { now: 0, most: 0 };
      const work = () => {
        inside.most = Math.max(inside.most, ++inside.now);
        const done$ = timer(10, time.scheduler);
        done$.subscribe(() => inside.now--);
        return done$;
      };
      const all = Array.from({ length: 10 }, (_, i) => time.record((i % 2 ? one : other).withPermit(work)));
      time.until(60);
      expect(inside).toEqual({ now: 0, most: 2 });
      expect(all.every(({ told }) => told.at(-1)?.[1] === 'C')).toBe(true);
      expect(store.keys).toEqual([]);
    }),
  );

  it(
    'gives tokens that are unique, though not in order among those who hold at once',
    virtualTime((time) => {
      const { one } = arrange(time);
      const tokens = new Set<bigint>();
      for (let i = 0; i < 5; i++) one.withPermit(({ token }) => (tokens.add(token), timer(1, time.scheduler))).subscribe();
      time.until(50);
      expect(tokens.size).toBe(5);
    }),
  );

  it('closes, and tells everybody', async () => {
    const backend = memoryBackend();
    const pool = semaphore(backend, { key: 'pool', permits: 1 });
    const codes: string[] = [];
    pool.withPermit(() => NEVER).subscribe({ error: (error: unknown) => codes.push((error as TenureError).code) });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await pool.close()).toBe('released');
    expect(codes).toEqual(['CLAIM_LOST']);
    expect({ keys: backend.store.keys, leases: backend.store.leases }).toEqual({ keys: [], leases: [] });
  });

  it('is refused when it is built where the store has no permits, or without any', () => {
    expect(() => semaphore({ ...memoryBackend(), kinds: ['exclusive'] }, { key: 'pool', permits: 2 })).toThrow(UnsupportedError);
    expect(() => semaphore(memoryBackend(), { key: 'pool', permits: 1.5 })).toThrow(/permits/);
    expect(() => semaphore(memoryBackend(), { key: '', permits: 1 })).toThrow(/key/);
  });
});
