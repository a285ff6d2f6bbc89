import { expect, it } from 'vitest';
import { changesOf, mutantOf, names } from '../../scripts/mutants/copy.js';

it.each(names)('keeps the bug %s in a shape that fits the sources: npm run mutants judges it', async (name) => {
  expect(changesOf(await mutantOf(name))).toBeInstanceOf(Map);
});
