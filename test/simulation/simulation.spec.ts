import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../../scripts/simulate/bundle.js';
import { shrunk } from '../../scripts/simulate/shrunk.js';
import type * as Simulator from './index.js';
import type { Schedule } from './schedule.js';

/** Seconds, not hours: `npm run simulate` goes on from here. */
const SEEDS = { memory: 250, etcd: 100, consul: 100 } as const;

describe('the simulator', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rx-tenure-simulation-'));
  let simulator: typeof Simulator;
  beforeAll(async () => {
    simulator = (await import(await bundle(join(folder, 'simulator.mjs')))) as typeof Simulator;
  }, 30_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (schedule: Schedule) => {
    const counts = simulator.noCounts();
    simulator.simulate(schedule, counts);
    return counts;
  };

  it.each(['memory', 'etcd', 'consul'] as const)(
    'breaks no promise over %s',
    (store) => {
      const seeds = Array.from({ length: SEEDS[store] }, (_, n) => n + 1);
      const broken = seeds.filter((seed) => {
        try {
          run(simulator.scheduleOf(seed, store));
          return false;
        } catch (error) {
          console.error(`npm run simulate -- --replay ${seed} --store ${store}: ${String(error)}`);
          return true;
        }
      });
      expect(broken).toEqual([]);
    },
    60_000,
  );

  it('has at least 50 events and 3 faults, and 3 to 7 processes, in every schedule', () => {
    for (let seed = 0; seed < 2_000; seed++) {
      const { clients, steps } = simulator.scheduleOf(seed, (['memory', 'etcd', 'consul'] as const)[seed % 3]!);
      expect(steps.length).toBeGreaterThanOrEqual(simulator.LEAST_STEPS);
      expect(steps.filter(({ kind }) => simulator.isFault(kind)).length).toBeGreaterThanOrEqual(simulator.LEAST_FAULTS);
      expect(clients).toBeGreaterThanOrEqual(3);
      expect(clients).toBeLessThanOrEqual(7);
    }
  });

  it.each(['memory', 'etcd', 'consul'] as const)('lets the same happen for the same seed over %s', (store) => {
    for (const seed of [3, 1_414, 271_828]) {
      const [once, again] = [1, 2].map(() => run(simulator.scheduleOf(seed, store)));
      expect(again).toEqual(once);
    }
    expect(run(simulator.scheduleOf(4, store)).trace).not.toBe(run(simulator.scheduleOf(5, store)).trace);
  });

  it('takes away from a schedule whatever is not to blame', () => {
    const schedule = simulator.scheduleOf(7, 'memory');
    const blame = ({ steps }: Schedule) => steps.some(({ kind, size }) => kind === 'pause' && size >= 100);
    const guilty = { ...schedule, steps: [...schedule.steps, { gap: 30, kind: 'pause', who: 1, size: 731 } as const] };
    const { steps } = shrunk(guilty, blame, 10);
    expect(steps.filter(({ kind }) => kind !== 'nothing')).toMatchObject([{ kind: 'pause', size: 100 }]);
  });
});
