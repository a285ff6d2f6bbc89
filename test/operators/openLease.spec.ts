import { NEVER, map, of } from 'rxjs';
import { describe, it } from 'vitest';
import type { Lease } from '../../src/core/lease.js';
import { openLease } from '../../src/operators/openLease.js';
import { marbles } from '../../src/testing/marbles.js';

const a = { id: 'a', ttl: 9 };
const timing = { ttl: 9, margin: 2 };
const plain = map(({ id, ttl }: Lease) => ({ id, ttl }));
const granting = (grant: typeof a) => ({ grant: () => of(grant), revoke: () => NEVER });

// prettier-ignore
describe('openLease', () => {
  it('takes an answer that comes at once', marbles(({ scheduler, expectObservable }) => {
    const unsub = '   ---------!';
    const expected = 'a---------';
    expectObservable(openLease(granting(a), { ...timing, scheduler }).pipe(plain), unsub).toBe(expected, { a });
  }));

  it('counts the deadline from when the grant was sent, not from the answer', marbles(({ scheduler, cold, expectObservable }) => {
    const grant = cold('---(a|)', { a });
    const unsub = '     ------!';
    const expected = '  ---r---'; // 9 - 2, and 3 of them gone
    const result = openLease({ grant: () => grant, revoke: () => NEVER }, { ...timing, scheduler });
    expectObservable(result.pipe(map((lease) => lease.remaining())), unsub).toBe(expected, { r: 4 });
  }));

  it('revokes after the unsubscription', marbles(({ scheduler, cold, ...m }) => {
    const grant = cold('  --(a|)', { a });
    const subs = '        ^-!---';
    const revoke = cold(' |     ');
    const unsub = '       -----!';
    const revoked = '     -----(^!)';
    const expected = '    --a---';
    const result = openLease({ grant: () => grant, revoke: () => revoke }, { ...timing, scheduler }).pipe(plain);
    m.expectObservable(result, unsub).toBe(expected, { a });
    m.expectSubscriptions(grant.subscriptions).toBe(subs);
    m.expectSubscriptions(revoke.subscriptions).toBe(revoked);
  }));

  it('revokes a grant that is answered after the unsubscription: nobody else knows its id', marbles(({ scheduler, cold, ...m }) => {
    const grant = cold('  -----(a|)', { a });
    const subs = '        ^----!';
    const revoke = cold(' |     ');
    const unsub = '       --!   ';
    const revoked = '     -----(^!)';
    const expected = '    ------';
    const result = openLease({ grant: () => grant, revoke: () => revoke }, { ...timing, scheduler }).pipe(plain);
    m.expectObservable(result, unsub).toBe(expected);
    m.expectSubscriptions(grant.subscriptions).toBe(subs);
    m.expectSubscriptions(revoke.subscriptions).toBe(revoked);
  }));
});
