import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bundle } from '../../scripts/simulate/bundle.js';
import type * as Simulator from './index.js';
import type { Kind, Schedule, Step } from './schedule.js';

const step = (gap: number, kind: Kind): Step => ({ gap, kind, who: 0, size: 990 });

it('does not believe a Consul agent that passes checks while it is cut off for longer than a session lives', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rx-tenure-cut-off-'));
  const { noCounts, simulate } = (await import(await bundle(join(folder, 'simulator.mjs')))) as typeof Simulator;
  rmSync(folder, { recursive: true });
  const steps = [step(0, 'subscribe'), step(400, 'agentCut'), step(4_000, 'nothing')];
  const counts = noCounts();
  for (let chance = 0; chance < 50; chance++) {
    const alone: Schedule = { store: 'consul', clients: 3, chance, steps };
    expect(() => simulate(alone, counts)).not.toThrow();
  }
  expect(counts.tenures).toBeGreaterThanOrEqual(50);
}, 30_000);
