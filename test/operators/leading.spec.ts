import { distinctUntilChanged, map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { Tenure } from '../../src/core/tenure.js';
import type { Leader } from '../../src/core/types.js';
import { NO_WITNESS, leaderOf, leading, sameLeader } from '../../src/operators/leading.js';
import { marbles } from '../../src/testing/marbles.js';
import { jumping, liveLease } from '../fixtures/live.js';

const a: Leader = { id: 'a', value: '', token: 1n };
const b: Leader = { id: 'b', value: '', token: 2n };
const c: Leader = { id: 'a', value: '', token: 3n }; // ours, later
const values = { n: null, u: undefined, a, b, c };
const tenure = (leader: Leader, clock: Parameters<typeof liveLease>[0]) =>
  new Tenure({ key: 'jobs', nonce: 'n', ...leader }, liveLease(clock));

// prettier-ignore
describe('leading', () => {
  const arrange = (own: string, seen: string, expected: string) => marbles(({ scheduler, hot, ...m }) => {
    const ours = { n: null, a: tenure(a, scheduler), c: tenure(c, scheduler) };
    const leader$ = leading(hot(own, ours), hot(seen, { n: null, a, b, c })).pipe(map(leaderOf), distinctUntilChanged());
    m.expectObservable(leader$.pipe(map((leader) => leader)), `${'-'.repeat(12)}!`).toBe(expected, values);
  });

  it('knows nothing before the store has answered', arrange(
    'n-----------',
    '---b--------',
    'u--b--------'));

  it('takes our own word before the store confirms it', marbles(({ scheduler, hot, ...m }) => {
    const own = hot(' n--a-----n--', { n: null, a: tenure(a, scheduler) });
    const seen = hot('--b--a------', { a, b });
    const told = leading(own, seen).pipe(map(leaderOf), map((leader) => leader?.id), distinctUntilChanged());
    m.expectObservable(told, '------------!').toBe('u-ba-----n--', { u: undefined, b: 'b', a: 'a', n: undefined });
  }));

  // trap: a watch that lags names us after we said that we have stopped
  it('never shows a token that we gave up', marbles(({ scheduler, hot, ...m }) => {
    const own = hot(' na---n------', { n: null, a: tenure(a, scheduler) });
    const seen = hot('n------a---b', { a, b, n: null });
    const told = leading(own, seen).pipe(map(leaderOf), map((leader) => leader?.id ?? 'nobody'), distinctUntilChanged());
    m.expectObservable(told, '------------!').toBe('na---n-----b', { n: 'nobody', a: 'a', b: 'b' });
  }));

  // trap: a store that has lost its data counts from 1 again
  it('shows somebody else with the token that we gave up', marbles(({ scheduler, hot, ...m }) => {
    const own = hot(' na-n--------', { n: null, a: tenure(a, scheduler) });
    const seen = hot('n----n---d---', { n: null, d: { ...b, token: a.token } });
    const told = leading(own, seen).pipe(map(leaderOf), map((leader) => leader?.id ?? 'nobody'), distinctUntilChanged());
    m.expectObservable(told, '------------!').toBe('na-n-----b--', { n: 'nobody', a: 'a', b: 'b' });
  }));

  it('shows our next token', marbles(({ scheduler, hot, ...m }) => {
    const own = hot(' na-n---c----', { n: null, a: tenure(a, scheduler), c: tenure(c, scheduler) });
    const seen = hot('n----a---c--', { a, c, n: null });
    const told = leading(own, seen).pipe(map(leaderOf), map((leader) => leader?.token ?? 0n), distinctUntilChanged());
    m.expectObservable(told, '------------!').toBe('na-n---c----', { n: 0n, a: 1n, c: 3n });
  }));

  it('keeps the last other holder while the store is out of reach', arrange(
    'n-----------',
    '-b----------',
    'ub----------'));

  it('does not name us past the deadline, asked at any time', marbles(({ scheduler }) => {
    const own = tenure(a, jumping(scheduler, { at: 0, wall: 0 }));
    expect(leaderOf({ ...NO_WITNESS, own })).toEqual(a);
    own.lease.end();
    expect(leaderOf({ own, seen: a })).toBe(null);
    expect(leaderOf({ own, seen: b })).toBe(b);
  }));

  it.each<[boolean, Leader | null, Leader | null]>([
    [true, null, null],
    [false, a, null],
    [true, a, { ...a }],
    [false, a, { ...a, value: 'new' }],
    [false, a, { ...a, token: 9n }],
    [false, a, { ...a, id: 'x' }],
  ])('tells one leader from another: %s', (same, one, other) => expect(sameLeader(one, other)).toBe(same));
});
