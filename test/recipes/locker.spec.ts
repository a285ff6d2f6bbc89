import { NEVER, Subject, firstValueFrom, lastValueFrom, of, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { memoryBackend } from '../../src/backends/memory/backend.js';
import { memoryFaults } from '../../src/backends/memory/faults.js';
import type { Tenure } from '../../src/core/tenure.js';
import { type Locker, locker } from '../../src/recipes/locker.js';

/** Held until it is given back; rejects when it is not to be had. */
const hold = (locks: Locker, id: string | number) => firstValueFrom(new Held(locks, id).tenure$);
class Held {
  readonly tenure$ = new Subject<Tenure>();
  constructor(locks: Locker, id: string | number) {
    queueMicrotask(() => locks.lock(id).subscribe({ next: (tenure) => this.tenure$.next(tenure), error: () => undefined }));
  }
}

describe('locker', () => {
  it('keeps its locks under its name, and each id in one segment', async () => {
    const backend = memoryBackend();
    const [named, plain] = [locker(backend, { name: 'files' }), locker(backend)];
    await Promise.all(['a', 'a/b', 'ü %', '..', '.', '.lock', 7].map((id) => hold(named, id)));
    await hold(plain, 'a');
    const keys = ['a', 'files/a', 'files/a%2Fb', 'files/%C3%BC%20%25', 'files/%2E%2E', 'files/%2E', 'files/.lock', 'files/7'];
    expect([...backend.store.keys].sort()).toEqual(keys.sort());
    await Promise.all([named.close(), plain.close()]);
    await backend.close();
  });

  it('tells ids apart that only look alike', async () => {
    const backend = memoryBackend();
    const locks = locker(backend, { name: 'files' });
    await hold(locks, '.');
    await hold(locks, '%2E');
    expect(backend.store.keys).toHaveLength(2);
    await locks.close();
  });

  it.each([
    ['an empty name', () => locker(memoryBackend(), { name: '' }), /name must not be empty/],
    ['an unknown option', () => locker(memoryBackend(), { names: 'a' } as object), /has no option "names"/],
    ['a ttl that is too short', () => locker(memoryBackend(), { ttl: 10 }), /ttl must be from 1000/],
    ['an empty id', () => locker(memoryBackend()).lock(''), /id must be a number or a non-empty string/],
    ['half a character as id', () => locker(memoryBackend()).lock('\ud83d'), /whole characters/],
    ['no id', () => locker(memoryBackend()).lock(undefined as never), /a undefined/],
    ['NaN as id', () => locker(memoryBackend()).holder$(NaN), /a number/],
    ['an unknown option of a lock', () => locker(memoryBackend()).lock('a', { wait: 1 } as object), /has no option "wait"/],
    ['a timeout that is none', () => locker(memoryBackend()).lock('a', { timeout: NaN }), /timeout must be from 0/],
    ['no permits', () => locker(memoryBackend()).lock('a', { kind: { permits: 0 } }), /permits must be a whole number/],
  ])('refuses %s at once', (_, build, message) => {
    expect(build).toThrow(message);
  });

  it('resolves release and close with how it ended', async () => {
    const faults = memoryFaults();
    const backend = memoryBackend({ faults });
    const locks = locker(backend, { ttl: 1_000 });
    await hold(locks, 'a');
    await expect(locks.release('a')).resolves.toBe('released');
    await hold(locks, 'a');
    faults.partition();
    await expect(locks.close()).resolves.toBe('expired');
  });

  it('waits with close for a promise that cannot be unsubscribed', async () => {
    const backend = memoryBackend();
    const locks = locker(backend);
    const work = { done: false };
    const slow = () => lastValueFrom(timer(50)).then(() => (work.done = true));
    const failed = lastValueFrom(locks.withLock('a', slow)).catch((error: Error) => error.message);
    await lastValueFrom(timer(10));
    expect(await locks.close()).toBe('released');
    expect(work.done).toBe(true);
    expect(await failed).toMatch(/released/);
    expect(backend.store.keys).toEqual([]);
  });

  it('has the result of the work, and a lock that is free when it tells it', async () => {
    const backend = memoryBackend();
    const locks = locker(backend);
    expect(await lastValueFrom(locks.withLock('a', (tenure) => of(tenure.token > 0n)))).toBe(true);
    expect(backend.store.keys).toEqual([]);
    await locks.close();
  });

  it('holds 1,000 locks at once on one lease, renewed as for one, and gives them all back', async () => {
    const backend = memoryBackend();
    const verbs: string[] = [];
    backend.calls$.subscribe(({ verb }) => verbs.push(verb));
    const locks = locker(backend, { refreshEvery: 200 });
    const ids = Array.from({ length: 1_000 }, (_, id) => id);
    const tenures = await Promise.all(ids.map((id) => hold(locks, id)));
    await lastValueFrom(timer(1_000));
    const count = (which: string) => verbs.filter((verb) => verb === which).length;
    expect(tenures.every((tenure) => tenure.isCurrent())).toBe(true);
    expect(new Set(tenures.map(({ lease }) => lease)).size).toBe(1);
    expect({ grants: count('grant'), acquires: count('acquire') }).toEqual({ grants: 1, acquires: 1_000 });
    expect(count('renew')).toBeLessThan(100);
    expect(await locks.release(0)).toBe('released');
    expect(backend.store.keys).toHaveLength(999);
    expect(await locks.close()).toBe('released');
    expect({ keys: backend.store.keys, leases: backend.store.leases }).toEqual({ keys: [], leases: [] });
    await backend.close();
  }, 30_000);

  it('leaves nobody hanging: what is subscribed when it is closed gets an error', async () => {
    const backend = memoryBackend();
    const [locks, elsewhere] = [locker(backend), locker(backend)];
    await hold(elsewhere, 'a');
    const waiting = lastValueFrom(locks.withLock('a', () => NEVER)).catch(({ code }: { code: string }) => code);
    await lastValueFrom(timer(5));
    await locks.close();
    expect(await waiting).toBe('CLAIM_LOST');
    await elsewhere.close();
  });
});
