import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../../src/backends/memory/index.js';

const wanted = (nonce: string, key = 'k') => ({
  key,
  name: nonce,
  nonce,
  id: nonce,
  value: '',
  kind: 'exclusive' as const,
  wait: true,
});

describe('MemoryStore', () => {
  it('asks its clock, for after a pause a request may come before the timer that was due', () => {
    let asleep = 0;
    const scheduler = new TestScheduler(() => undefined);
    const clock = { now: () => scheduler.now() + asleep, schedule: scheduler.schedule.bind(scheduler) };
    const store = new MemoryStore({ scheduler: clock });
    const [one, two, three] = [store.grant(9), store.grant(9), store.grant(99)];
    store.place(one.id, wanted('a'));
    asleep = 10;
    expect(store.renew(one.id)).toBe(false);
    expect(store.place(two.id, wanted('b')).outcome).toBe('lost');
    expect(store.place(three.id, wanted('c')).queue.entries.map(({ id }) => id)).toEqual(['c']);
    expect(store.leases).toEqual([three.id]);
  });

  it('frees all keys of a lease at one revision', () => {
    const store = new MemoryStore();
    const { id } = store.grant(1_000);
    const told: string[] = [];
    for (const key of ['a', 'b', 'c']) store.place(id, wanted('x', key));
    for (const key of ['a', 'b', 'c']) store.watch(key, ({ revision, entries }) => told.push(`${key}${entries.length}@${revision}`));
    store.revoke(id);
    expect(told).toEqual(['a0@4', 'b0@4', 'c0@4']);
  });

  it('grows the revision with each change and with nothing else', () => {
    const store = new MemoryStore();
    const { id } = store.grant(1_000);
    store.place(id, wanted('a'));
    store.place(id, wanted('a'));
    store.read('k');
    store.remove(id, 'k', 'b');
    store.renew(id);
    expect(store.revision).toBe(1n);
    store.change(id, 'k', 'a', 1n, 'new');
    store.change(id, 'k', 'a', 1n, 'newer'); // changed since
    expect(store.read('k').entries).toMatchObject([{ value: 'new', create: 1n, mod: 2n }]);
    store.revoke(id);
    expect(store.revision).toBe(3n);
  });
});
