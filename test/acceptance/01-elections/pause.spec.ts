import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { times } from '../../fixtures/times.js';
import { type EtcdNode, startEtcd } from '../../servers/etcd.js';
import { until } from '../../servers/until.js';
import { type Mutation, bundle } from '../harness/bundle.js';
import { say } from '../harness/figures.js';
import { Observer } from '../harness/observer.js';
import type { PausedCommand, PausedFact, Value, Violation } from '../harness/paused.js';
import { Program } from '../harness/program.js';
import { quick } from '../harness/servers.js';

const ttl = 1_000;
const processes = times(4, 2);
const pausesEach = times(5, 2);
const program = new URL('../harness/paused.ts', import.meta.url);

/** A tenure that trusts its timers: whoever asks, and whatever leaves, is not checked against the deadline. */
const unchecked: readonly Mutation[] = [
  { file: 'src/core/tenure.ts', text: 'return !this.#ended && this.lease.isCurrent();', instead: 'return !this.#ended;' },
];

let etcd: EtcdNode;
let observer: Observer;
beforeAll(async () => {
  etcd = await startEtcd(quick);
  observer = await Observer.of(etcd.host, 'pause/');
});
afterAll(async () => {
  await observer.close();
  await etcd.stop();
});

/** Pauses one leader again and again, each time for another share of 0.5 to 3 ttl. */
async function paused(file: string, key: string, factors: readonly number[]) {
  const leader = new Program<PausedCommand, PausedFact>(file, { hosts: etcd.host, key, ttl });
  const [violations, values]: [Violation[], Value[]] = [[], []];
  let [looked, lost] = [0, 0];
  for (const [i, factor] of factors.entries()) {
    const before = leader.facts.length;
    const leads = () => leader.facts.flatMap((fact) => (fact.type === 'selected' ? [fact.selected] : [])).at(-1) === true;
    await until(`${key} leads`, leads);
    if (i % 2 === 0) {
      leader.tell({ do: 'probe' });
      await leader.hears('probing', undefined, { from: before });
    }
    leader.pause();
    await pause(factor * ttl);
    leader.resume();
    leader.tell({ do: 'report' });
    const heard = leader.facts.length;
    await leader.hears('report', undefined, { from: before });
    if (factor > 1) await leader.hears('selected', ({ selected }) => !selected, { from: before });
    await until(`${key} leads again`, leads);
    leader.tell({ do: 'report' });
    await leader.hears('report', undefined, { from: heard + 1 });
    for (const fact of leader.facts.slice(before)) {
      if (fact.type === 'selected' && !fact.selected) lost++;
      if (fact.type !== 'report') continue;
      looked += fact.looked;
      violations.push(...fact.violations);
      values.push(...fact.values);
    }
  }
  await leader.kill();
  return { violations, values, looked, lost };
}

/** Values that were made when the store no longer had the key of their tenure. */
function afterTheKey(values: readonly Value[]): Value[] {
  const created = new Map(observer.notes.flatMap(({ type, key, revision }) => (type === 'put' ? [[String(revision), key]] : [])));
  const gone = new Map(observer.notes.flatMap(({ type, key, at }) => (type === 'delete' ? [[key, at]] : [])));
  return values.filter(({ made, token }) => made > (gone.get(created.get(token) ?? '') ?? Infinity));
}

describe('when the leader is paused for 0.5 to 3 ttl', () => {
  it('nothing is said past the deadline', { timeout: 120_000 }, async () => {
    const file = await bundle(program);
    const runs = processes * pausesEach;
    const factor = (i: number) => 0.5 + (2.5 * i) / (runs - 1);
    const results = await Promise.all(
      Array.from({ length: processes }, async (_, p) => {
        const key = `pause/${p}`;
        const result = await paused(
          file,
          key,
          Array.from({ length: pausesEach }, (_, i) => factor(i * processes + p)),
        );
        return { ...result, late: afterTheKey(result.values) };
      }),
    );
    const count = (of: (result: (typeof results)[number]) => number) => results.reduce((sum, result) => sum + of(result), 0);
    say('leader paused', {
      runs,
      'tenures lost': count(({ lost }) => lost),
      'values through whileSelected': count(({ values }) => values.length),
      'asked past the deadline before any timer': count(({ looked }) => looked),
      violations: count(({ violations }) => violations.length),
      'values while the key was gone': count(({ late }) => late.length),
    });
    expect(results.flatMap(({ violations, late }) => [...violations, ...late])).toEqual([]);
    expect(count(({ looked }) => looked)).toBeGreaterThan(0);
    expect(count(({ lost }) => lost)).toBeGreaterThan(runs / 2);
  });

  it('without the check at the point of use the same is caught', { timeout: 60_000 }, async () => {
    const file = await bundle(program, unchecked);
    const { violations } = await paused(file, 'pause/mutant', [1.5, 1.5]);
    const kinds = ['value', 'isSelected()', 'isSelected$', 'tenure$'] as const;
    const caught = kinds.map((what) => [what, violations.filter((violation) => violation.what === what).length] as const);
    say('leader paused, point-of-use check taken out', Object.fromEntries(caught));
    expect(caught.filter(([, count]) => count === 0)).toEqual([]);
  });
});
