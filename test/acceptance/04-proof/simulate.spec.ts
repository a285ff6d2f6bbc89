import { expect, it } from 'vitest';
import { times } from '../../fixtures/times.js';
import { say } from '../harness/figures.js';
import { script } from './script.js';

const SEEDS = times(100_000, 100);
const MINUTES = 10;

it(`lives through ${SEEDS} worlds, and breaks no promise`, async () => {
  const { code, output, seconds } = await script('scripts/simulate.ts', '--seeds', String(SEEDS));
  say('simulate', { seeds: SEEDS, seconds });
  if (SEEDS > 1_000) console.log(output);
  expect(output).toContain('No promise was broken.');
  expect(output).toMatch(/lines of operators .* did not reach: none/);
  expect(code).toBe(0);
  expect(seconds).toBeLessThan(MINUTES * 60);
});

it('tells the seed of a bug and its shortest schedule, and shows it again', async () => {
  const bug = ['--mutant', 'noMargin'];
  const found = await script('scripts/simulate.ts', ...bug);
  expect(found.code).toBe(1);
  const [, again = ''] = /Again: npm run simulate -- (.*)/.exec(found.output) ?? [];
  expect(again).toContain('--mutant noMargin');
  const replayed = await script('scripts/simulate.ts', ...again.split(' '));
  expect(replayed.code).toBe(1);
  expect(report(replayed.output)).toBe(report(found.output));

  const without = await script('scripts/simulate.ts', ...again.split(' ').filter((word) => !bug.includes(word)));
  expect(without.output).toContain('no promise was broken');
  expect(without.code).toBe(0);
});

/** Seed, rule and what is left of the schedule. */
const report = (output: string) => output.slice(output.search(/^seed \d+ \(/m));
