import { timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { memoryBackend } from '../../src/backends/memory/backend.js';
import { HeldError, UnsupportedError } from '../../src/core/errors.js';
import { readWriteLock } from '../../src/recipes/readWriteLock.js';
import { type VirtualTime, virtualTime } from '../fixtures/virtualTime.js';

const arrange = (time: VirtualTime) => {
  const { scheduler } = time;
  const backend = memoryBackend({ scheduler });
  const options = { key: 'table', ttl: 1_000, scheduler };
  const held = (lock: ReturnType<typeof time.record>) => lock.told.map(([at]) => at);
  const other = readWriteLock(memoryBackend({ scheduler, store: backend.store }), options);
  return { store: backend.store, one: readWriteLock(backend, options), other, held };
};

describe('readWriteLock', () => {
  it(
    'lets many read and one write, and no reader overtakes a writer that waits',
    virtualTime((time) => {
      const { one, other, held } = arrange(time);
      const readers = [time.record(one.read()), time.record(other.read())];
      time.until(1);
      const writer = time.record(other.write());
      time.until(2);
      const late = time.record(one.read());
      time.until(10);
      readers[0]!.leave();
      time.until(20);
      expect(held(writer)).toEqual([]);
      readers[1]!.leave();
      time.until(30);
      writer.leave();
      time.until(40);
      expect([...readers, writer, late].map(held)).toEqual([[0], [0], [20], [30]]);
    }),
  );

  it(
    'gives a writer a greater token than every reader before it',
    virtualTime((time) => {
      const { one } = arrange(time);
      const tokens: Record<'read' | 'write', bigint[]> = { read: [], write: [] };
      for (let i = 0; i < 3; i++) {
        one.withRead(({ token }) => (tokens.read.push(token), timer(5, time.scheduler))).subscribe();
        one.withWrite(({ token }) => (tokens.write.push(token), timer(5, time.scheduler))).subscribe();
      }
      time.until(100);
      const all = tokens.read.flatMap((token, i) => [token, tokens.write[i]!]);
      expect(all).toEqual([...all].sort((a, b) => Number(a - b)));
      expect(all).toHaveLength(6);
    }),
  );

  it(
    'refuses a try that would have to wait, and only such a one',
    virtualTime((time) => {
      const { one, other, held } = arrange(time);
      time.record(one.read());
      time.until(1);
      const [joins, refused] = [time.record(other.tryRead()), time.record(other.tryWrite())];
      time.until(10);
      expect(held(joins)).toEqual([1]);
      expect(refused.told).toEqual([[1, 'E', expect.any(HeldError)]]);
    }),
  );

  it('is refused when it is built where the store has no readers', () => {
    expect(() => readWriteLock({ ...memoryBackend(), kinds: ['exclusive'] }, { key: 'table' })).toThrow(UnsupportedError);
  });
});
