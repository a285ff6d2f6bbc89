import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { times } from '../../fixtures/times.js';
import { temporaryFolder } from '../../servers/temporary.js';
import { until } from '../../servers/until.js';
import { bundle } from '../harness/bundle.js';
import { now } from '../harness/clock.js';
import { say } from '../harness/figures.js';
import { Program } from '../harness/program.js';
import { start } from './stores.js';

const PROCESSES = 5;
const CONTENDERS = 20;

/** Five processes on one file; `kills` of them are killed, and replaced, until it has grown that far. */
async function count(store: 'etcd' | 'consul', { kills, increments, locked }: { kills: number; increments: number; locked: boolean }) {
  const [program, { address, stop }, folder] = [
    await bundle(new URL('./counting.ts', import.meta.url)),
    await start(store),
    temporaryFolder('counter'),
  ];
  const file = join(folder.path, 'counter');
  writeFileSync(file, '0');
  writeFileSync(`${file}.log`, '');
  const noted = () => readFileSync(`${file}.log`, 'utf8').trim().split('\n').filter(Boolean);
  const stand = (me: number) =>
    new Program<object, { type: 'error'; code: string }>(program, { address, file, me, contenders: CONTENDERS, ttl: 1_000, locked });
  const all = Array.from({ length: PROCESSES }, (_, me) => stand(me));
  const begun = now();
  const waits: number[] = [];
  for (let kill = 0; kill < kills; kill++) {
    const before = noted().length;
    await until('progress', () => noted().length > before + increments / (2 * kills), 60_000);
    const victim = Number(noted().at(-1)?.split(' ')[1]); // most likely in the middle of something
    const killed = now();
    const marks = noted().length;
    await all[victim]!.kill();
    all[victim] = stand(victim);
    await until('somebody else goes on', () => noted().length > marks + 1, 30_000);
    waits.push(now() - killed);
  }
  await until(`${increments} increments`, () => noted().length >= increments, 240_000);
  const took = now() - begun;
  await Promise.all(all.map((each) => each.kill()));
  const [values, last] = [noted().map((line) => Number(line.split(' ')[0])), Number(readFileSync(file, 'utf8'))];
  const errors = all.flatMap(({ facts }) => facts).length; // in processes that were not killed before
  folder.remove();
  await stop();
  return { values, last, took, longest: Math.max(0, ...waits), errors };
}

describe('a counter in a file, 20 contenders in each of 5 processes, one locker a process', () => {
  it.each(['etcd', 'consul'] as const)('loses no update over %s while processes are killed', { timeout: 900_000 }, async (store) => {
    const [kills, increments] = [times(20, 2), times(2_000, 120)];
    const { values, last, took, longest, errors } = await count(store, { kills, increments, locked: true });
    const lost = values.length - new Set(values).size;
    const hidden = last - values.length; // written, and killed before it was noted
    say(`counter over ${store}`, { increments: values.length, kills, 'lost updates': lost, hidden, errors, 'longest wait after a kill, ms': longest, 'ms': took }); // prettier-ignore
    expect(values.length).toBeGreaterThanOrEqual(increments);
    expect(lost).toBe(0);
    expect(hidden).toBeGreaterThanOrEqual(0);
    expect(hidden).toBeLessThanOrEqual(kills + PROCESSES); // at the end all are killed
  });

  it('loses updates without a lock, which proves that this bites', async () => {
    const { values } = await count('etcd', { kills: 0, increments: 100, locked: false });
    expect(values.length - new Set(values).size).toBeGreaterThan(0);
  });
});
