import { Subject, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Fault, MemoryCall } from '../../../src/backends/memory/index.js';
import { DeniedError } from '../../../src/core/errors.js';
import { marbles } from '../../../src/testing/index.js';
import { claim, holding, lease, outcome, scene } from './scene.js';

// o: a value; c: completed; U: unavailable; L: lease lost; D: denied
// prettier-ignore
describe('the way between a memory backend and its store', () => {
  it('never answers inside the call', marbles((m) => {
    const { backend } = scene(m).client();
    const told: string[] = [];
    backend.grant(9).subscribe(() => told.push('granted'));
    told.push('called');
    m.flush();
    expect(told).toEqual(['called', 'granted']);
  }));

  it('takes its latency each way', marbles((m) => {
    const { client } = scene(m);
    const expected = '------(oc|)';
    m.expectObservable(outcome(client({ latency: 3 }).backend.grant(100))).toBe(expected);
  }));

  it('gives up a call after its timeout, and a renewal after a quarter of the ttl', marbles((m) => {
    const { client, after } = scene(m);
    const { backend, faults } = client({ timeout: 6 });
    const granted = '(oc|)';
    const renewal = '-----------(U|)';
    const grant = '  --------------(U|)';
    m.expectObservable(outcome(backend.grant(12))).toBe(granted);
    faults.on(({ at }) => (at >= 8 ? { answer: { drop: true } } : undefined));
    m.expectObservable(after(8, outcome(backend.renew(lease(1, 12))))).toBe(renewal);
    m.expectObservable(after(8, outcome(backend.grant(12)))).toBe(grant);
  }));

  it('is silent while partitioned, and works again when healed', marbles((m) => {
    const { client, after, at, store } = scene(m);
    const { backend, faults } = client();
    const before = '-(oc|)';
    const during = '--------(U|)';
    const healed = '----------(oc|)';
    m.expectObservable(after(1, outcome(backend.grant(20)))).toBe(before);
    at(2, () => faults.partition());
    m.expectObservable(after(3, outcome(backend.renew(lease(1, 20))))).toBe(during);
    at(9, () => faults.heal());
    m.expectObservable(after(10, outcome(backend.renew(lease(1, 20))))).toBe(healed);
    at(20, () => expect(store.leases).toEqual(['1']));
  }));

  it('lets requests through that are not answered, and answers nothing that it never heard', marbles((m) => {
    const { client, store, at } = scene(m);
    const [deaf, mute] = [client(), client()];
    deaf.faults.partition('answers');
    mute.faults.partition('requests');
    m.expectObservable(outcome(deaf.backend.grant(100))).toBe('30ms (U|)');
    m.expectObservable(outcome(mute.backend.grant(100))).toBe('30ms (U|)');
    at(1, () => expect(store.leases).toEqual(['1']));
  }));

  it('breaks before the store has done it, or after: the caller hears the same', marbles((m) => {
    const { client, store, after, at } = scene(m);
    const { backend, faults } = client();
    faults.next('grant', { cut: 'before' });
    faults.next('grant', { cut: 'after' });
    m.expectObservable(outcome(backend.grant(9))).toBe('(U|)');
    at(1, () => expect(store.leases).toEqual([]));
    m.expectObservable(after(2, outcome(backend.grant(9)))).toBe('--(U|)');
    at(3, () => expect(store.leases).toEqual(['1']));
  }));

  it('passes a refusal of the store as it is', marbles((m) => {
    const { client } = scene(m);
    const { backend, faults } = client();
    faults.next('acquire', { error: new DeniedError('not this key') });
    faults.next('read', { error: new DeniedError('not this key') });
    m.expectObservable(outcome(holding(backend, 9, claim('a')))).toBe('(D|)');
    m.expectObservable(outcome(backend.watch('k'))).toBe('(D|)');
  }));

  it('holds a request until it is let through, though the caller has gone', marbles((m) => {
    const { client, store, at } = scene(m);
    const { backend, faults } = client();
    const gate$ = new Subject();
    faults.next('grant', { request: { hold: gate$ } });
    m.expectObservable(outcome(backend.grant(100)), '---!').toBe('');
    at(50, () => expect(store.leases).toEqual([]));
    at(60, () => gate$.next('open'));
    at(60, () => expect(store.leases).toEqual(['1']));
    at(61, () => expect(store.leases).toEqual([])); // an answer that nobody waits for is undone
  }));

  it('lets a later answer overtake one that is delayed', marbles((m) => {
    const { client, after } = scene(m);
    const { backend, faults } = client();
    faults.next('grant', { answer: { delay: 5 } });
    m.expectObservable(outcome(backend.grant(100))).toBe('           -----(oc|)');
    m.expectObservable(after(1, outcome(backend.grant(100)))).toBe('-(oc|)');
  }));

  it('asks a hook about every request, and tells what was sent when', marbles((m) => {
    const { client, after } = scene(m);
    const { backend, faults } = client();
    const [sent, asked]: [MemoryCall[], MemoryCall[]] = [[], []];
    const stop = faults.on((call): Fault | undefined => (asked.push(call), call.verb === 'renew' ? { cut: 'before' } : undefined));
    backend.calls$.pipe(take(9)).subscribe((call) => sent.push(call));
    m.expectObservable(holding(backend, 20, claim('a')), '---!').toBe('a');
    m.expectObservable(after(4, outcome(backend.renew(lease(1, 20))))).toBe('----(U|)');
    m.expectObservable(after(5, outcome(backend.withdraw(lease(1, 20), claim('a'))))).toBe('-----(c|)');
    m.flush();
    expect(sent).toEqual([
      { verb: 'grant', at: 0 },
      { verb: 'acquire', key: 'k', lease: '1', nonce: 'a', at: 0 },
      { verb: 'renew', lease: '1', at: 4 },
      { verb: 'withdraw', key: 'k', lease: '1', nonce: 'a', at: 5 },
    ]);
    expect(asked.filter(({ verb }) => verb !== 'notify')).toEqual(sent);
    stop();
  }));
});
