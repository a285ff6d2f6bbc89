import { describe, expect, it } from 'vitest';
import { holder, holdsBehind, inOrder } from '../../../src/backends/etcd/queue.js';
import { type Entry, decimal, hex, parse, prefixed, randomLease, segment } from '../../../src/backends/etcd/wire.js';
import type { ClaimKind } from '../../../src/core/types.js';

const stored = (key: string, create = '7') => ({
  key: Buffer.from(key),
  value: Buffer.from('v'),
  create_revision: create,
  mod_revision: '9',
  lease: '255',
});

describe('the key of a claim', () => {
  it.each<[ClaimKind | undefined, string]>([
    [undefined, 'x'],
    ['shared', 's'],
    [{ permits: 3 }, 'p3'],
  ])('says lease, nonce, kind %j and id, in one segment', (kind, name) => {
    const key = `jobs/${segment('ff', { nonce: 'n', kind, id: 'a/b~c %ü' })}`;
    expect(key).toBe(`jobs/ff.n~${name}~a%2Fb~c%20%25%C3%BC`);
    expect(parse('jobs/', stored(key))).toMatchObject({
      id: 'a/b~c %ü',
      kind: kind ?? 'exclusive',
      lease: 'ff',
      created: 7n,
      modified: 9n,
      value: 'v',
    });
  });

  it.each(['694d71ddacfda227', 'ff.n~y~id', 'ff.n~p0~id', '%', '%41', ''])(
    'is a foreign, exclusive claim when written otherwise: %j',
    (name) => {
      expect(parse('jobs/', stored(`jobs/${name}`))).toMatchObject({ id: name, kind: 'exclusive' });
    },
  );

  it.each(['jobs/nightly/ff.n~x~id', 'job/ff.n~x~id', 'jobs'])('is of another queue: %s', (key) => {
    expect(parse('jobs/', stored(key))).toBe(undefined);
  });
});

describe('leases', () => {
  it('have 16 digits, positive, and the same number on the wire', () => {
    const ids = Array.from({ length: 100 }, randomLease);
    expect(new Set(ids).size).toBe(100);
    for (const id of ids) {
      expect(id).toMatch(/^[4-7][\da-f]{15}$/);
      expect(hex(decimal(id))).toBe(id);
    }
  });
});

describe('prefixed', () => {
  it('ends before the first key that starts otherwise', () => {
    expect(prefixed('a/')).toEqual({ key: Buffer.from('a/'), range_end: Buffer.from('a0') });
    expect(prefixed('')).toEqual({ key: Buffer.from([0]), range_end: Buffer.from([0]) });
  });
});

describe('the queue', () => {
  const entry = (created: number, kind: ClaimKind = 'exclusive') =>
    ({ created: BigInt(created), kind, id: String(created), value: '' }) as Entry;

  it('is ordered by number, not by spelling', () => {
    expect(holder(inOrder([entry(10), entry(9)]))).toMatchObject({ id: '9', token: 9n });
    expect(holder([])).toBe(null);
  });

  it.each<[ClaimKind, ClaimKind[], boolean]>([
    ['exclusive', [], true],
    ['exclusive', ['shared'], false],
    ['shared', ['shared', 'shared'], true],
    ['shared', ['shared', 'exclusive'], false],
    ['shared', [{ permits: 5 }], false],
    [{ permits: 2 }, [{ permits: 2 }], true],
    [{ permits: 2 }, [{ permits: 2 }, { permits: 2 }], false],
    [{ permits: 3 }, [{ permits: 1 }], false],
    [{ permits: 2 }, ['shared'], false],
  ])('%j behind %j: %s', (mine, older, holds) => {
    expect(
      holdsBehind(
        older.map((kind, i) => entry(i, kind)),
        mine,
      ),
    ).toBe(holds);
  });
});
