import { Subject, map, mergeMap, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { MemoryCall } from '../../../src/backends/memory/index.js';
import { marbles } from '../../../src/testing/index.js';
import { claim, holding, initial, lease, outcome, scene } from './scene.js';

// prettier-ignore
describe('a request whose outcome nobody knows', () => {
  it('is looked up: a claim that is there is believed, and put only once', marbles((m) => {
    const { client, store, at } = scene(m);
    const { backend, faults } = client();
    const puts: MemoryCall[] = [];
    backend.calls$.subscribe((call) => call.verb === 'acquire' && puts.push(call));
    faults.next('acquire', { cut: 'after' });
    m.expectObservable(holding(backend, 1000, claim('a')), '110ms !').toBe('100ms a');
    m.expectObservable(outcome(backend.withdraw(lease(1, 1000), claim('none')))).toBe('(c|)');
    at(111, () => expect(puts.length).toBe(1));
    at(112, () => expect(store.revision).toBe(1n));
  }));

  it('is repeated under the same nonce when the claim is absent', marbles((m) => {
    const { client, store, at } = scene(m);
    const { backend, faults } = client();
    faults.next('acquire', { cut: 'before' });
    m.expectObservable(holding(backend, 1000, claim('a')), '110ms !').toBe('100ms a');
    at(105, () => expect(store.read('k').entries.length).toBe(1));
  }));

  it('keeps being tried while the network is down, until unsubscribed', marbles((m) => {
    const { client, store, at } = scene(m);
    const { backend, faults } = client();
    const held$ = backend.grant(10_000).pipe(tap(() => faults.partition()), mergeMap((given) => backend.acquire(given, claim('a'))));
    m.expectObservable(held$.pipe(map(({ id }) => id)), '1s !').toBe('530ms a'); // the put is given up at 30, and from 130 on a read goes each 100
    at(500, () => faults.heal());
    at(501, () => expect(store.read('k').entries.length).toBe(0));
  }));

  it('is no longer repeated after unsubscription', marbles((m) => {
    const { client, at } = scene(m);
    const { backend, faults } = client();
    const calls: MemoryCall[] = [];
    backend.calls$.subscribe((call) => calls.push(call));
    faults.on(({ verb }) => (verb === 'grant' ? undefined : { request: { drop: true } }));
    m.expectObservable(holding(backend, 1000, claim('a')), '200ms !').toBe('');
    at(10_000, () => expect(calls.every((call) => call.at < 200)).toBe(true));
  }));

  it('refuses with wait: false although the first answer was lost, and leaves nothing', marbles((m) => {
    const { client, store, at } = scene(m);
    const { backend, faults } = client();
    store.put('k', 'foreign');
    faults.next('acquire', { cut: 'after' });
    m.expectObservable(outcome(holding(backend, 1000, claim('a', { wait: false })))).toBe('100ms (H|)');
    at(101, () => expect(store.read('k').entries.map(({ id }) => id)).toEqual(['foreign']));
  }));

  it('is waited for by the withdrawal', marbles((m) => {
    const { client, store, at, after } = scene(m);
    const { backend, faults } = client();
    faults.next('acquire', { answer: { delay: 9 } });
    m.expectObservable(holding(backend, 1000, claim('a')), '--!').toBe('');
    m.expectObservable(after(3, outcome(backend.withdraw(lease(1, 1000), claim('a'))))).toBe('---------(c|)');
    at(8, () => expect(store.keys).toEqual(['k']));
    at(10, () => expect(store.keys).toEqual([]));
  }));

  it('makes the withdrawal last until that request is given up', marbles((m) => {
    const { client, store, at, after } = scene(m);
    const { backend, faults } = client();
    faults.next('acquire', { cut: 'before' });
    m.expectObservable(holding(backend, 1000, claim('a')), '--!').toBe('');
    m.expectObservable(after(3, outcome(backend.withdraw(lease(1, 1000), claim('a'))))).toBe('30ms (c|)');
    at(31, () => expect(store.keys).toEqual([]));
  }));

  it('is swept at the next renewal when it arrives long after everybody gave up, and the next one is elected', marbles((m) => {
    const { client, store, at, after } = scene(m);
    const [one, two] = [client(), client()];
    const gate$ = new Subject();
    one.faults.next('acquire', { request: { hold: gate$ }, answer: { drop: true } });
    m.expectObservable(holding(one.backend, 1000, claim('a')), '--!').toBe('');
    m.expectObservable(after(3, outcome(one.backend.withdraw(lease(1, 1000), claim('a'))))).toBe('30ms (c|)');
    at(50, () => gate$.next('open'));
    at(51, () => expect(store.read('k').entries.map(({ id }) => id)).toEqual(['a']));
    m.expectObservable(after(60, holding(two.backend, 1000, claim('b'))), '90ms !').toBe('80ms b');
    m.expectObservable(after(80, outcome(one.backend.renew(lease(1, 1000))))).toBe('80ms (oc|)');
  }));

  it('is swept as soon as a read shows it', marbles((m) => {
    const { client, store, at, after } = scene(m);
    const { backend, faults } = client();
    const gate$ = new Subject();
    faults.next('acquire', { request: { hold: gate$ }, answer: { drop: true } });
    m.expectObservable(holding(backend, 1000, claim('a')), '--!').toBe('');
    m.expectObservable(after(3, outcome(backend.withdraw(lease(1, 1000), claim('a'))))).toBe('30ms (c|)');
    at(50, () => gate$.next('open'));
    m.expectObservable(after(60, backend.watch('k').pipe(map(initial))), '70ms !').toBe('60ms (a0)');
    at(71, () => expect(store.keys).toEqual([]));
  }));

  it('is no ghost once its lease has ended', marbles((m) => {
    const { client, store, at, after } = scene(m);
    const { backend, faults } = client();
    const gate$ = new Subject();
    faults.next('acquire', { request: { hold: gate$ } });
    m.expectObservable(holding(backend, 1000, claim('a')), '--!').toBe('');
    m.expectObservable(after(3, outcome(backend.revoke(lease(1, 1000))))).toBe('---(c|)');
    at(50, () => gate$.next('open'));
    at(51, () => expect([store.keys, store.leases]).toEqual([[], []]));
  }));

  it('never writes an old value over a newer one', marbles((m) => {
    const { client, store, at, after } = scene(m);
    const { backend, faults } = client();
    const gate$ = new Subject();
    const held = { ...claim('a'), lease: lease(1, 1000), id: 'a' };
    m.expectObservable(holding(backend, 1000, claim('a')), '90ms !').toBe('a');
    at(1, () => faults.next('update', { request: { hold: gate$ } }));
    m.expectObservable(after(2, outcome(backend.update(held, 'old')))).toBe('32ms (U|)');
    m.expectObservable(after(3, outcome(backend.update(held, 'new')))).toBe('32ms (c|)');
    at(50, () => gate$.next('open'));
    at(60, () => expect(store.read('k').entries[0]).toMatchObject({ value: 'new', create: 1n }));
  }));

  it('is found out by the next change of the value', marbles((m) => {
    const { client, store, at, after } = scene(m);
    const { backend, faults } = client();
    const held = { ...claim('a'), lease: lease(1, 1000), id: 'a' };
    m.expectObservable(holding(backend, 1000, claim('a')), '9ms !').toBe('a');
    at(1, () => faults.next('update', { cut: 'after' }));
    m.expectObservable(after(2, outcome(backend.update(held, 'one')))).toBe('--(U|)');
    m.expectObservable(after(3, outcome(backend.update(held, 'two')))).toBe('---(c|)');
    at(4, () => expect(store.read('k').entries[0]).toMatchObject({ value: 'two', create: 1n }));
  }));

  it('lets a grant that was not heard run out, or undoes it', marbles((m) => {
    const { client, store, at } = scene(m);
    const { backend, faults } = client();
    faults.next('grant', { cut: 'after' });
    faults.next('grant', { answer: { delay: 50 } });
    m.expectObservable(outcome(backend.grant(100))).toBe('(U|)');
    m.expectObservable(outcome(backend.grant(1000))).toBe('30ms (U|)');
    at(49, () => expect(store.leases).toEqual(['1', '2']));
    at(51, () => expect(store.leases).toEqual(['1']));
    at(101, () => expect(store.leases).toEqual([]));
  }));
});
