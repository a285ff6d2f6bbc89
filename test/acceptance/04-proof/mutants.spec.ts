import { expect, it } from 'vitest';
import { names } from '../../../scripts/mutants/copy.js';
import { times } from '../../fixtures/times.js';
import { script } from './script.js';

const chosen = ['deadlineFromAnswer', 'renewThatCreates'];

/** All of them are judged by `npm run mutants`, and here at full length. */
it('kills mutants by a world of the simulator, or by a spec', async () => {
  const { code, output } = await script('scripts/mutants.ts', ...(times(1, 0) ? [] : chosen));
  if (times(1, 0)) console.log(output);
  const all = times(names.length, chosen.length);
  expect(output).toContain(`${all} of ${all} killed.`);
  expect(code).toBe(0);
});
