import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../../scripts/config/entries.js';
import { changesOf, mutantOf, names } from '../../scripts/mutants/copy.js';
import { STORES } from '../simulation/schedule.js';

it.each(names)('keeps the bug %s in a shape that fits the sources: npm run mutants judges it', async (name) => {
  const mutant = await mutantOf(name);
  expect(changesOf(mutant)).toBeInstanceOf(Map);
  expect(STORES.some((store) => store === mutant.killedBy) || existsSync(join(root, mutant.killedBy))).toBe(true);
});
