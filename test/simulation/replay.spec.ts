import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesOf, copied, mutantOf } from '../../scripts/mutants/copy.js';
import { bundle } from '../../scripts/simulate/bundle.js';
import { shrunk } from '../../scripts/simulate/shrunk.js';
import type * as Simulator from './index.js';
import type { Schedule } from './schedule.js';

/** `npm run simulate -- --mutant noMargin` finds a seed, and `--replay SEED --mutant noMargin` shows it again: the same, here. */
describe('a seed that breaks a promise', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rx-tenure-replay-'));
  const simulators: (typeof Simulator)[] = [];
  beforeAll(async () => {
    copied(join(folder, 'sources'), changesOf(await mutantOf('noMargin')) as Map<string, string>);
    for (const name of ['once', 'again'])
      simulators.push((await import(await bundle(join(folder, `${name}.mjs`), join(folder, 'sources')))) as typeof Simulator);
  }, 30_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  const broken = ({ simulate }: typeof Simulator, schedule: Schedule) => {
    try {
      simulate(schedule);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('breaks it again, at the same moment, also in another process’s bundle and when shrunk', () => {
    const [once, again] = simulators as [typeof Simulator, typeof Simulator];
    let seed = 1;
    while (broken(once, once.scheduleOf(seed, 'etcd')) === undefined) seed++;
    const schedule = once.scheduleOf(seed, 'etcd');
    const rule = broken(once, schedule);
    expect(rule).toContain('past');
    expect(broken(again, again.scheduleOf(seed, 'etcd'))).toBe(rule);

    const small = shrunk(schedule, (each) => broken(once, each)?.includes('past') === true, 20);
    expect(small.steps.length).toBeLessThan(schedule.steps.length / 4);
    expect(broken(again, small)).toBe(broken(once, small));
    expect(broken(once, small)).toContain('past');
  }, 60_000);
});
