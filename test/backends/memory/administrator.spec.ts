import { map, mergeMap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ClaimLostError, LeaseLostError } from '../../../src/core/errors.js';
import { marbles } from '../../../src/testing/index.js';
import { claim, holding, initial, lease, outcome, scene } from './scene.js';

const lost = (reason: 'deleted' | 'overwritten') => new ClaimLostError({ key: 'k' }, reason);

// prettier-ignore
describe('what an administrator does to a memory store', () => {
  it('ends a lease early: its claims go, the next one gets the key, renewals say so', marbles((m) => {
    const { client, store, at, after } = scene(m);
    const [one, two] = [client().backend, client().backend];
    const unsub = '    ---------!';
    const first = '    a---------';
    const second = '   -----b----';
    const watched = '  (0a)-b----';
    const renewal = '  ------(L|)';
    m.expectObservable(one.watch('k').pipe(map(initial)), unsub).toBe(watched);
    m.expectObservable(holding(one, 100, claim('a')), unsub).toBe(first);
    m.expectObservable(after(1, holding(two, 100, claim('b'))), unsub).toBe(second);
    at(5, () => store.expire('1'));
    m.expectObservable(after(6, outcome(one.renew(lease(1, 100))))).toBe(renewal);
  }));

  it('deletes a key: held or waiting, its owner hears of it in that frame', marbles((m) => {
    const { client, store, at } = scene(m);
    const { backend } = client();
    const monitored = '-----#';
    const waiting = '  -----#';
    const held$ = backend.grant(100).pipe(mergeMap((given) => backend.acquire(given, claim('a'))));
    m.expectObservable(held$.pipe(mergeMap((tenure) => backend.monitor(tenure)))).toBe(monitored, {}, lost('deleted'));
    m.expectObservable(holding(backend, 100, claim('b'))).toBe(waiting, {}, lost('deleted'));
    at(5, () => store.delete('k'));
  }));

  it('overwrites a key: not ours any more, though the token is the same', marbles((m) => {
    const { client, store, at } = scene(m);
    const { backend } = client();
    const unsub = '    ------------!';
    const monitored = '-----#';
    const watched = '  (0n)-o-------';
    const held$ = backend.grant(10).pipe(mergeMap((given) => backend.acquire(given, claim('a'))));
    m.expectObservable(held$.pipe(mergeMap((tenure) => backend.monitor(tenure)))).toBe(monitored, {}, lost('overwritten'));
    at(5, () => store.overwrite('k', 'mine'));
    const values = { 0: null, n: ['a', '', 1n], o: ['a', 'mine', 1n] }; // and the end of the lease, at 10, does not take it away
    m.expectObservable(client().backend.watch('k').pipe(map((leader) => leader && [leader.id, leader.value, leader.token])), unsub).toBe(watched, values);
  }));

  it('puts a claim of another tool into the line: exclusive, until it is deleted', marbles((m) => {
    const { client, store, at } = scene(m);
    const { backend } = client();
    store.put('k', 'foreign');
    const unsub = '  ---------!';
    const shared = ' -----a----';
    m.expectObservable(holding(backend, 100, claim('a', { kind: 'shared' })), unsub).toBe(shared);
    m.expectObservable(outcome(holding(backend, 100, claim('b', { wait: false })))).toBe('(H|)');
    at(5, () => store.delete('k', 'foreign'));
  }));

  it('restarts with data: claims and tokens stay, and each lease begins anew', marbles((m) => {
    const { client, store, at, after } = scene(m);
    const { backend } = client();
    const unsub = '    ----------------------!';
    const watched = '  (0a)-----------0-----b--';
    m.expectObservable(holding(backend, 10, claim('a')), unsub).toBe('a');
    m.expectObservable(client().backend.watch('k').pipe(map(initial)), unsub).toBe(watched);
    at(5, () => store.restart());
    m.expectObservable(after(21, holding(backend, 100, claim('b'))), unsub).toBe('---------------------b');
    at(22, () => expect(store.read('k').entries.map(({ create }) => create)).toEqual([3n]));
  }));

  it('restarts without data: leases are unknown, claims gone, and a lower token is no past', marbles((m) => {
    const { client, store, at, after } = scene(m);
    const { backend } = client();
    const unsub = '    ----------!';
    const watched = '  n---a--0-b-';
    const tokens$ = client().backend.watch('k').pipe(map((leader) => leader && [leader.id, leader.token]));
    store.put('else', 'so that revisions have grown');
    m.expectObservable(tokens$, unsub).toBe(watched, { n: null, a: ['a', 2n], 0: null, b: ['b', 1n] });
    const held$ = backend.grant(100).pipe(mergeMap((given) => backend.acquire(given, claim('a'))));
    m.expectObservable(after(4, held$.pipe(mergeMap((tenure) => backend.monitor(tenure))))).toBe('-------#', {}, lost('deleted'));
    at(7, () => store.restart({ data: false }));
    m.expectObservable(after(8, backend.renew(lease(1, 100)))).toBe('--------#', {}, new LeaseLostError(lease(1, 100), 'revoked'));
    m.expectObservable(after(9, holding(backend, 100, claim('b'))), unsub).toBe('---------b');
  }));

  it('is down for a while: who wants the key keeps trying, who watches hears nothing, nothing is lost', marbles((m) => {
    const { client, store, at, after } = scene(m);
    const { backend } = client();
    const unsub = '                              400ms !';
    const watched = '                            (0a) 246ms b';
    m.expectObservable(client().backend.watch('k').pipe(map(initial)), unsub).toBe(watched);
    m.expectObservable(holding(client().backend, 100, claim('a')), unsub).toBe('a');
    at(50, () => store.stop());
    m.expectObservable(after(60, outcome(client().backend.watch('k')))).toBe('60ms (U|)');
    m.expectObservable(backend.grant(1000).pipe(mergeMap((given) => after(70, backend.acquire(given, claim('b')))), map(({ id }) => id)), unsub).toBe('250ms b');
    at(150, () => store.start());
  }));

  it('grants no lease shorter than the store has them, on a clock that may run fast', marbles((m) => {
    const { client } = scene(m, { minTtl: 20, rate: 2 });
    const { backend } = client();
    const watched = '(0a)------0';
    m.expectObservable(backend.grant(5)).toBe('(g|)', { g: lease(1, 20) });
    m.expectObservable(backend.watch('k').pipe(map(initial)), '------------!').toBe(watched);
    m.expectObservable(holding(backend, 5, claim('a')), '------------!').toBe('a');
  }));
});
