import { map, mergeMap, take } from 'rxjs';
import { describe, it } from 'vitest';
import { ClaimLostError } from '../../../src/core/errors.js';
import { marbles } from '../../../src/testing/index.js';
import { claim, holding, initial, lease, outcome, scene } from './scene.js';

// prettier-ignore
describe('what a client of a memory store sees of a key', () => {
  it('ignores an answer, or a notification, that comes late or twice', marbles((m) => {
    const { client, store, at } = scene(m);
    const { backend, faults } = client();
    const watched = '0--(ab)---b-0-------0';
    m.expectObservable(backend.watch('k', { confirmEvery: 10 }).pipe(map(initial)), '----------------------!').toBe(watched);
    at(2, () => faults.next('notify', { answer: { delay: 3, repeat: 2 } }));
    at(3, () => (store.put('k', 'a'), store.put('k', 'b')));
    at(3, () => store.delete('k', 'a'));
    at(9, () => faults.next('read', { answer: { repeat: 6 } }));
    at(12, () => store.delete('k'));
  }));

  it('misses no change for long: what was not told is read', marbles((m) => {
    const { client, store, at } = scene(m);
    const { backend, faults } = client();
    faults.on(({ verb }) => (verb === 'notify' ? { answer: { drop: true } } : undefined));
    m.expectObservable(backend.watch('k').pipe(map(initial)), '6s !').toBe('                       0 4999ms a');
    m.expectObservable(backend.watch('else', { confirmEvery: 100 }).pipe(map(initial), take(2))).toBe('0 99ms (0|)');
    at(50, () => store.put('k', 'a'));
  }));

  it('notices a lost claim at the next reading, a fifth of the ttl later, when the notification is lost', marbles((m) => {
    const { client, store, at } = scene(m);
    const { backend, faults } = client();
    faults.on(({ verb }) => (verb === 'notify' ? { answer: { drop: true } } : undefined));
    const held$ = backend.grant(50).pipe(mergeMap((given) => backend.acquire(given, claim('a'))));
    const monitored = '10ms #';
    const waiting = '  10ms #'; // by the same reading
    m.expectObservable(held$.pipe(mergeMap((tenure) => backend.monitor(tenure)))).toBe(monitored, {}, new ClaimLostError({ key: 'k' }, 'deleted'));
    m.expectObservable(holding(backend, 100, claim('b'))).toBe(waiting, {}, new ClaimLostError({ key: 'k' }, 'deleted'));
    at(5, () => store.delete('k'));
  }));

  it('is elected by a reading when the notification is lost', marbles((m) => {
    const { client, store, at } = scene(m);
    const { backend, faults } = client();
    store.put('k', 'foreign');
    faults.on(({ verb }) => (verb === 'notify' ? { answer: { drop: true } } : undefined));
    m.expectObservable(holding(backend, 50, claim('a')), '40ms !').toBe('20ms a');
    at(15, () => store.delete('k', 'foreign'));
  }));

  it('is elected by a read and not by a notification alone', marbles((m) => {
    const { client, store, at } = scene(m);
    const { backend, faults } = client();
    store.put('k', 'foreign');
    m.expectObservable(holding(backend, 100, claim('a')), '19ms !').toBe('---------a');
    at(4, () => faults.next('read', { request: { delay: 4 } }));
    at(5, () => store.delete('k', 'foreign'));
  }));

  it('takes what it saw before a tenure for no loss of it', marbles((m) => {
    const { client, after } = scene(m);
    const [{ backend: holder }, { backend: observer, faults }] = [client(), client()];
    faults.on(({ verb }) => (verb === 'notify' ? { answer: { drop: true } } : undefined));
    const held = { ...claim('a'), id: 'a', kind: 'exclusive', lease: lease(1, 1000), value: '', token: 1n } as const;
    m.expectObservable(observer.watch('k').pipe(map(initial)), '   40ms !').toBe('0---------a'); // the monitor's own reading
    m.expectObservable(after(5, holding(holder, 1000, claim('a'))), '40ms !').toBe('-----a');
    m.expectObservable(after(10, observer.monitor(held)), '         40ms !').toBe('');
  }));

  it('takes a broken connection for no loss', marbles((m) => {
    const { client, at } = scene(m);
    const { backend, faults } = client();
    const held$ = backend.grant(1000).pipe(mergeMap((given) => backend.acquire(given, claim('a'))));
    m.expectObservable(held$.pipe(mergeMap((tenure) => backend.monitor(tenure))), '900ms !').toBe('');
    at(10, () => faults.partition());
  }));

  it('bridges an outage while it watches, but says so when it can not begin', marbles((m) => {
    const { client, store, at, after } = scene(m);
    const { backend, faults } = client();
    const watched = '0 9ms 0 9ms 0 209ms a 9ms a';
    m.expectObservable(backend.watch('k', { confirmEvery: 10 }).pipe(map(initial)), '245ms !').toBe(watched);
    at(25, () => faults.partition());
    m.expectObservable(after(26, outcome(backend.watch('else')))).toBe('56ms (U|)');
    at(100, () => store.put('k', 'a'));
    at(200, () => faults.heal());
  }));

  it('confirms without a change, and tells an unchanged holder only then', marbles((m) => {
    const { client, store, at } = scene(m);
    const { backend } = client();
    m.expectObservable(backend.watch('k', { confirmEvery: 5 }).pipe(map(initial)), '--------------!').toBe('0-a--a----a---');
    m.expectObservable(backend.watch('k').pipe(map(initial)), '                --------------!').toBe('0-a-----------');
    at(2, () => store.put('k', 'a'));
    at(3, () => store.put('k', 'b'));
  }));
});
