import { EMPTY, NEVER, defer, map, of, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { BackendUnavailableError, DeniedError, InvalidOptionsError } from '../../src/core/errors.js';
import type { Lease } from '../../src/core/lease.js';
import { Pending } from '../../src/core/pending.js';
import type { Release } from '../../src/core/types.js';
import { openLease } from '../../src/operators/openLease.js';
import { marbles } from '../../src/testing/marbles.js';
import { virtualTime } from '../fixtures/virtualTime.js';

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

  it('revokes again until the store has confirmed', marbles(({ scheduler, cold, ...m }) => {
    const answers = [cold('#', undefined, new BackendUnavailableError('down')), cold('--|')];
    const unsub = '      -----!';
    const revoked = ['   -----(^!)', '-------^-!']; // a pause of ttl / 10
    const long = { id: 'a', ttl: 20 };
    const revoke = () => defer(() => answers[sent++]!);
    let sent = 0;
    m.expectObservable(openLease({ ...granting(long), revoke }, { ttl: 20, scheduler }).pipe(plain), unsub).toBe('a', { a: long });
    answers.forEach((answer, index) => m.expectSubscriptions(answer.subscriptions).toBe(revoked[index]!));
  }));

  it('fails with what the grant failed with, and revokes nothing', marbles(({ scheduler, cold, ...m }) => {
    const denied = new DeniedError('no permission');
    const revoke = cold('|');
    m.expectObservable(openLease({ grant: () => throwError(() => denied), revoke: () => revoke }, { ...timing, scheduler })).toBe('#', undefined, denied);
    m.expectSubscriptions(revoke.subscriptions).toBe([]);
  }));

  it('takes the margin from the ttl that was granted', marbles(({ scheduler, expectObservable }) => {
    const result = openLease(granting({ id: 'a', ttl: 50 }), { ttl: 10, scheduler }).pipe(map(({ margin }) => margin));
    expectObservable(result, '--!').toBe('m', { m: 5 });
  }));

  it('refuses a margin that does not fit what was asked for at once', () => {
    expect(() => openLease(granting(a), { ttl: 9, margin: 5 })).toThrow(new InvalidOptionsError('margin must be from 0 to 4.5 ms, but is 5.'));
  });

  it('refuses one that does not fit what was granted, and revokes it', marbles(({ scheduler, cold, ...m }) => {
    const revoke = cold('|');
    const error = new InvalidOptionsError('margin must be from 0 to 3 ms, but is 4.');
    m.expectObservable(openLease({ grant: () => of({ id: 'a', ttl: 6 }), revoke: () => revoke }, { ttl: 9, margin: 4, scheduler })).toBe('#', undefined, error);
    m.expectSubscriptions(revoke.subscriptions).toBe('(^!)');
  }));

  it('is in the ledger from before its first request until it is revoked', virtualTime(({ scheduler, record, until }) => {
    const releases = new Pending<Release>();
    const pending = () => record(releases.settled).told.length === 0;
    const opened = record(openLease({ ...granting(a), grant: () => { expect(pending()).toBe(true); return of(a); }, revoke: () => EMPTY }, { ...timing, scheduler, releases }));
    opened.leave();
    expect(pending()).toBe(true);
    until(0);
    expect(pending()).toBe(false);
  }));
});
