import { expect, it } from 'vitest';
import { type Entry, type Queue, unlocked } from '../../../src/backends/consul/wire.js';

const entry = (key: string, modifyIndex: number): Entry => ({ key, value: '', session: 's', createIndex: modifyIndex, modifyIndex });
const held = (index: number): Queue => ({ lock: entry('k/.lock', index), claims: [entry('k/s.n', 3)] });

it('a lock that was given back is gone, and the next one stays', () => {
  expect(unlocked(7)(held(7))).toEqual({ ...held(7), lock: undefined });
  expect(unlocked(7)(held(9))).toEqual(held(9));
});
