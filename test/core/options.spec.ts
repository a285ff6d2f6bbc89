import { EMPTY } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { monotonic } from '../../src/core/clock.js';
import { isTenureError } from '../../src/core/errors.js';
import { electionDefaults, kindFits, lockDefaults, marginFits, randomId, refreshFits, segment } from '../../src/core/options.js';
import type { Backend } from '../../src/core/types.js';

const backend = { minTtl: 1, kinds: ['exclusive', 'shared'], limits: { key: 10, value: 20 } } as unknown as Backend;
const defaults = (options: object) => electionDefaults(backend, { key: 'jobs', ...options });
/** What it fails with: `INVALID_OPTIONS: ttl must …`. */
const failure = (build: () => unknown): string => {
  try {
    build();
  } catch (error) {
    return isTenureError(error) ? `${error.code}: ${error.message}` : String(error);
  }
  return 'nothing';
};

describe('options of an election', () => {
  it('have defaults; margin and refreshEvery follow what is granted', () => {
    expect(defaults({ id: 'me' })).toEqual({
      ...{ key: 'jobs', id: 'me', value: '', backoff: {}, ttl: 10_000, grace: 10_000, scheduler: monotonic },
      ...{ margin: undefined, refreshEvery: undefined, lease$: undefined },
    });
  });
  it('give each node an id of its own', () => {
    expect(defaults({}).id).not.toBe(defaults({}).id);
    expect(randomId()).toMatch(/^[0-9a-z]{13}$/);
  });
  it('let grace follow the ttl', () => {
    expect(defaults({ ttl: 3_000 }).grace).toBe(3_000);
  });
  it.each<[string, object]>([
    ['ttl must be from 1000 to 86400000 ms, but is 999.', { ttl: 999 }],
    ['ttl must be from 1000 to 86400000 ms, but is 86400001.', { ttl: 86_400_001 }],
    ['ttl must be from 1000 to 86400000 ms, but is NaN.', { ttl: NaN }],
    ['ttl must be from 1000 to 86400000 ms, but is 5000.', { ttl: '5000' }],
    ['margin must be from 100 to 5000 ms, but is 99.', { margin: 99 }],
    ['margin must be from 100 to 1000 ms, but is 1001.', { ttl: 2_000, margin: 1_001 }],
    [
      'refreshEvery must be above 0 and below (ttl - margin) / 2 = 4500 ms, but is 4500 (ttl 10000, margin 1000).',
      { refreshEvery: 4_500 },
    ],
    [
      'refreshEvery must be above 0 and below (ttl - margin) / 2 = 3000 ms, but is 0 (ttl 10000, margin 4000).',
      { refreshEvery: 0, margin: 4_000 },
    ],
    ['grace must be from 0 to 86400000 ms, but is -1.', { grace: -1 }],
    ['backoff.initial must be from 1 to 86400000 ms, but is 0.', { backoff: { initial: 0 } }],
    ['backoff.max must be from 500 to 86400000 ms, but is 400.', { backoff: { initial: 500, max: 400 } }],
    ['backoff has no option "min": it has initial, max, random.', { backoff: { min: 1 } }],
    ['key must be a string, but is undefined.', { key: undefined }],
    ['key must be from 1 to 10 bytes, but has 0.', { key: '' }],
    ['key must be from 1 to 10 bytes, but has 12.', { key: 'ключик' }],
    ['id must be a string, but is number.', { id: 7 }],
    ['value must be a string, but is object.', { value: null }],
    ['value must be at most 20 bytes for this store, but has 21.', { value: 'v'.repeat(21) }],
    ['ttl belongs to the shared lease: leave it out beside lease$, but it is 5000.', { lease$: EMPTY, ttl: 5_000 }],
    ['margin belongs to the shared lease: leave it out beside lease$, but it is 500.', { lease$: EMPTY, margin: 500 }],
    ['refreshEvery belongs to the shared lease: leave it out beside lease$, but it is 500.', { lease$: EMPTY, refreshEvery: 500 }],
    [
      'election has no option "ttI": it has key, id, value, backoff, ttl, margin, refreshEvery, grace, lease$, scheduler.',
      { ttI: 5_000 },
    ],
  ])('are refused, by name, bound and value: %s', (message, options) => {
    expect(failure(() => defaults(options))).toBe(`INVALID_OPTIONS: ${message}`);
  });
  it('must be an object', () => {
    expect(failure(() => electionDefaults(backend, undefined as never))).toBe('INVALID_OPTIONS: election needs an options object.');
  });
  it("respect the store's own smallest ttl", () => {
    const slow = { ...backend, minTtl: 10_000 };
    expect(failure(() => electionDefaults(slow, { key: 'jobs', ttl: 5_000 }))).toBe(
      'INVALID_OPTIONS: ttl must be from 10000 to 86400000 ms, but is 5000.',
    );
  });
  it('are taken at their bounds', () => {
    const least = { ttl: 1_000, margin: 100, refreshEvery: 449, grace: 0, backoff: { initial: 1, max: 1 }, key: 'k'.repeat(10) };
    expect(failure(() => defaults(least))).toBe('nothing');
    expect(failure(() => defaults({ ttl: 86_400_000, margin: 43_200_000, grace: 86_400_000 }))).toBe('nothing');
  });
});

describe('options of a lock', () => {
  it('have defaults', () => {
    expect(lockDefaults(backend, 'jobs', {})).toEqual({ timeout: undefined, value: '', kind: 'exclusive', share: false });
  });
  it.each<[string, object]>([
    ['INVALID_OPTIONS: timeout must be from 0 to 86400000 ms, but is -1.', { timeout: -1 }],
    ['INVALID_OPTIONS: lock has no option "wait": it has timeout, value, kind, share.', { wait: true }],
    ['UNSUPPORTED: This backend has no permits claims: it has exclusive, shared.', { kind: { permits: 3 } }],
    ['UNSUPPORTED: This backend has no reader claims: it has exclusive, shared.', { kind: 'reader' }],
  ])('are refused: %s', (message, options) => {
    expect(failure(() => lockDefaults(backend, 'jobs', options))).toBe(message);
  });
  it.each<[unknown, string]>([
    [{ permits: 0 }, '0'],
    [{ permits: 1.5 }, '1.5'],
    [{ permits: NaN }, 'NaN'],
    [{}, 'undefined'],
    [3, 'undefined'],
    [null, 'undefined'],
  ])('take only whole permits: %j', (kind, shown) => {
    const counting = { kinds: ['exclusive', 'permits'] as const };
    expect(failure(() => kindFits(counting, kind as never))).toBe(
      `INVALID_OPTIONS: permits must be a whole number from 1, but is ${shown}.`,
    );
  });
});

describe('relations', () => {
  it.each([
    [3.4, 'nothing'],
    [3.5, 'INVALID_OPTIONS: refreshEvery must be above 0 and below (ttl - margin) / 2 = 3.5 ms, but is 3.5 (ttl 9, margin 2).'],
    [NaN, 'INVALID_OPTIONS: refreshEvery must be above 0 and below (ttl - margin) / 2 = 3.5 ms, but is NaN (ttl 9, margin 2).'],
  ])('hold for what was granted: refreshEvery %s', (every, expected) => {
    expect(failure(() => refreshFits(every, 9, 2))).toBe(expected);
  });
  it.each([
    [4.5, 'nothing'],
    [5, 'INVALID_OPTIONS: margin must be from 0 to 4.5 ms, but is 5.'],
  ])('hold for what was granted: margin %s', (margin, expected) => {
    expect(failure(() => marginFits(margin, 9))).toBe(expected);
  });
});

describe('an id as one segment of a key', () => {
  it.each([
    ['a/b', 'a%2Fb'],
    ['..', '%2E%2E'],
    ['a.b', 'a.b'],
    [7, '7'],
    ['größe', 'gr%C3%B6%C3%9Fe'],
  ])('%s becomes %s', (id, expected) => expect(segment(id)).toBe(expected));
  it.each([[''], [NaN], [null], ['\ud800']])('is refused: %j', (id) =>
    expect(failure(() => segment(id))).toMatch(/^INVALID_OPTIONS: id must be/),
  );
});
