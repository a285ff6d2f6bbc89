import { delay, map, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ClaimLostError, LeaseLostError } from '../../src/core/errors.js';
import { deepEqual } from '../../src/testing/deepEqual.js';
import { marbles } from '../../src/testing/index.js';

// prettier-ignore
describe('marbles', () => {
  it('passes when values, times and subscriptions are as drawn', marbles(({ scheduler, cold, expectObservable, expectSubscriptions }) => {
    const source = cold('a--b---|', { a: { n: 1n }, b: { n: 2n } });
    const subs = '       ^------!';
    const expected = '   --a--b-|';
    expectObservable(source.pipe(delay(2, scheduler))).toBe(expected, { a: { n: 1n }, b: { n: 2n } });
    expectSubscriptions(source.subscriptions).toBe(subs);
  }));

  it('draws both when they differ, and hands them to the runner', () => {
    const late = marbles(({ cold, expectObservable }) => expectObservable(cold('a-b|')).toBe('ab-|'));
    expect(late).toThrow(/expected\n {4}0 "a"\n {4}1 "b"\n {4}3 complete\n {2}actual\n {4}0 "a"\n {4}2 "b"\n {4}3 complete/);
    const silent = marbles(({ cold, expectObservable }) => expectObservable(cold('----')).toBe('-a'));
    expect(silent).toThrow(/actual: nothing/);
  });

  it('compares errors by what they say, not by where they were made', () => {
    const failing = (error: Error) => marbles(({ cold, expectObservable }) => expectObservable(cold('#', {}, error)).toBe('#', {}, new LeaseLostError({ id: 'a', ttl: 9 }, 'expired')));
    expect(failing(new LeaseLostError({ id: 'a', ttl: 9 }, 'expired', { cause: undefined }))).not.toThrow();
    expect(failing(new LeaseLostError({ id: 'a', ttl: 9 }, 'revoked'))).toThrow();
    expect(failing(new LeaseLostError({ id: 'b', ttl: 9 }, 'expired'))).toThrow();
    expect(failing(new LeaseLostError({ id: 'a', ttl: 9 }, 'expired', { cause: 'why' }))).toThrow();
    expect(failing(new ClaimLostError({ key: 'a' }, 'deleted'))).toThrow();
    expect(failing(new Error('Lease a expired (ttl 9 ms).'))).toThrow();
  });

  it('passes on what the body throws', () => {
    expect(marbles(() => { throw new Error('mine'); })).toThrow('mine');
    expect(marbles(({ expectObservable }) => expectObservable(of(1).pipe(map(() => { throw new Error('told'); }))).toBe('#', {}, new Error('told')))).not.toThrow();
  });
});

describe('deepEqual', () => {
  const loop = (name: string) => {
    const value: { name: string; self?: unknown } = { name };
    return Object.assign(value, { self: value });
  };
  it.each([
    [NaN, NaN],
    [1n, 1n],
    [
      [1, [2]],
      [1, [2]],
    ],
    [{ a: 1, b: undefined }, { a: 1 }],
    [new Map([['a', { b: 1 }]]), new Map([['a', { b: 1 }]])],
    [new Set([1, 2]), new Set([2, 1])],
    [new Date(5), new Date(5)],
    [loop('a'), loop('a')],
  ])('finds %o and %o equal', (one, other) => expect(deepEqual(one, other)).toBe(true));
  it.each([
    [0, -0],
    [1n, 1],
    [[1, 2], [1]],
    [{ a: 1 }, { b: 1 }],
    [[], {}],
    [null, {}],
    [new Map([['a', 1]]), new Map([['a', 2]])],
    [new Set([1]), new Set([2])],
    [new Date(5), new Date(6)],
    [loop('a'), loop('b')],
    [new (class A {})(), new (class B {})()],
  ])('finds %o and %o different', (one, other) => expect(deepEqual(one, other)).toBe(false));
});
