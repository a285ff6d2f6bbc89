import { EMPTY, firstValueFrom, map, merge, mergeMap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { memoryBackend } from '../../../src/backends/memory/index.js';
import { marbles } from '../../../src/testing/index.js';
import { claim, holding, initial, lease, outcome, scene } from './scene.js';

// prettier-ignore
describe('closing a memory backend', () => {
  it('leaves no lease, key, watch or timer, and tells every stream that is still subscribed', marbles((m) => {
    const { client, store, at, after } = scene(m);
    const { backend } = client();
    const held$ = backend.grant(1000).pipe(mergeMap((given) => backend.acquire(given, claim('a'))));
    m.expectObservable(outcome(merge(held$.pipe(mergeMap((tenure) => backend.monitor(tenure))), backend.watch('else').pipe(mergeMap(() => EMPTY))))).toBe('9ms (I|)');
    m.expectObservable(outcome(holding(backend, 1000, claim('b')))).toBe('9ms (I|)');
    at(9, () => void backend.close());
    at(10, () => expect([store.leases, store.keys, store.watched]).toEqual([[], [], []]));
    m.expectObservable(after(11, outcome(backend.grant(9)))).toBe('11ms (I|)');
    m.expectObservable(after(11, outcome(backend.renew(lease(1, 1000))))).toBe('11ms (I|)');
    m.expectObservable(after(11, outcome(backend.watch('k')))).toBe('11ms (I|)');
    m.flush(); // ends, so no timer goes on
    expect(m.scheduler.frame).toBe(11);
  }));

  it('leaves no claim under a lease that somebody else goes on renewing', marbles((m) => {
    const { client, store, at } = scene(m);
    const [{ backend: lender }, { backend }] = [client(), client()];
    const held$ = lender.grant(1000).pipe(mergeMap((given) => backend.acquire(given, claim('a'))));
    m.expectObservable(outcome(held$)).toBe('o 8ms (I|)');
    at(9, () => void backend.close());
    at(10, () => expect([store.leases.length, store.keys]).toEqual([1, []]));
    at(11, () => void lender.close());
  }));

  it('undoes a grant that is still on its way', marbles((m) => {
    const { client, store, at } = scene(m);
    const { backend, faults } = client();
    faults.next('grant', { request: { delay: 9 } });
    m.expectObservable(outcome(backend.grant(1000))).toBe('--(I|)');
    at(2, () => void backend.close());
    at(20, () => expect(store.leases).toEqual([]));
  }));

  it('gives up when the ttl has run out in a store that it can not reach', async () => {
    const steps: string[] = [];
    let closed: Promise<unknown> | undefined;
    marbles((m) => {
      const { client, store, at } = scene(m);
      const { backend, faults } = client();
      m.expectObservable(backend.grant(100)).toBe('(g|)', { g: lease(1, 100) });
      at(10, () => faults.partition());
      at(20, () => void (closed = backend.close().then(() => steps.push('closed'))));
      at(99, () => steps.push(`then ${store.leases.join()}`));
      at(101, () => steps.push(`later ${store.leases.join()}`));
      m.flush();
      expect(m.scheduler.frame < 140).toBe(true);
    })();
    await closed;
    expect(steps).toEqual(['then 1', 'later ', 'closed']);
  });

  it('tries again until a store that was down has heard it', marbles((m) => {
    const { client, store, at } = scene(m);
    const { backend } = client();
    m.expectObservable(outcome(holding(backend, 10_000, claim('a')))).toBe('o 49ms (I|)');
    at(20, () => store.stop());
    at(50, () => void backend.close());
    at(100, () => store.start());
    m.expectObservable(client().backend.watch('k').pipe(map(initial)), '500ms !').toBe('(0a) 146ms 0');
  }));

  it('frees the key at once for the next in line, in real time too', async () => {
    const one = memoryBackend();
    const two = memoryBackend({ store: one.store });
    expect(await firstValueFrom(holding(one, 60_000, claim('a')))).toBe('a');
    const next = firstValueFrom(holding(two, 60_000, claim('b')));
    await one.close();
    expect(await next).toBe('b');
    await two.close();
  });
});
