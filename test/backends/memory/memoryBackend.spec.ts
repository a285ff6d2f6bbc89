import { EMPTY, concatMap, map, merge, switchMap, timer } from 'rxjs';
import { describe, it } from 'vitest';
import { memoryBackend } from '../../../src/backends/memory/index.js';
import { LeaseLostError } from '../../../src/core/errors.js';
import { marbles } from '../../../src/testing/marbles.js';

const claim = (nonce: string) => ({ key: 'k', id: nonce, nonce });
const lease = { id: '1', ttl: 9 };

describe('memoryBackend in virtual time', () => {
  // prettier-ignore
  it('elects the next in the frame in which the first withdraws', marbles(({ scheduler, expectObservable }) => {
    const backend = memoryBackend({ scheduler });
    const unsub = '   ---------!';
    const one = '     a--------';
    const two = '     ------b--';
    const watched = ' (na)--b--';
    const granted$ = backend.grant(100);
    const held = (nonce: string) => granted$.pipe(switchMap((given) => backend.acquire(given, claim(nonce))), map(({ id }) => id));
    expectObservable(backend.watch('k').pipe(map((leader) => leader?.id[0] ?? 'n')), unsub).toBe(watched);
    expectObservable(held('a'), unsub).toBe(one);
    expectObservable(held('b'), unsub).toBe(two);
    expectObservable(timer(6, scheduler).pipe(concatMap(() => backend.withdraw({ id: '1', ttl: 100 }, claim('a')))), unsub).toBe('------|');
  }));

  // prettier-ignore
  it('ends a lease, and frees its keys, ttl after the last renewal', marbles(({ scheduler, expectObservable }) => {
    const backend = memoryBackend({ scheduler });
    const unsub = '       --------------------!';
    const renewed = '     ----r--------------#';
    const watched = '     (na)---------n------';
    const at = (frame: number) => timer(frame, scheduler);
    const held$ = backend.grant(9).pipe(switchMap((given) => backend.acquire(given, claim('a'))));
    const renewals$ = merge(at(4), at(19)).pipe(concatMap(() => backend.renew(lease)), map(() => 'r'));
    expectObservable(backend.watch('k').pipe(map((leader) => leader?.id ?? 'n')), unsub).toBe(watched);
    expectObservable(held$.pipe(switchMap(() => EMPTY)), unsub).toBe('');
    expectObservable(renewals$, unsub).toBe(renewed, undefined, new LeaseLostError(lease, 'revoked'));
  }));
});
