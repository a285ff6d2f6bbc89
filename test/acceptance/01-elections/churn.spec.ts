import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { times } from '../../fixtures/times.js';
import { startEtcd } from '../../servers/etcd.js';
import { type FaultProxy, startProxy } from '../../servers/faultProxy.js';
import type { Hold } from '../../servers/interceptions.js';
import { until } from '../../servers/until.js';
import { bundle } from '../harness/bundle.js';
import type { ChurnCommand, ChurnFact } from '../harness/churner.js';
import { now } from '../harness/clock.js';
import { say } from '../harness/figures.js';
import { expectNothingLeft, keys } from '../harness/leftovers.js';
import { Observer } from '../harness/observer.js';
import { PHASES } from '../harness/phases.js';
import { Program } from '../harness/program.js';

const cycles = times(1_000, 50);

/** One answer in ten comes up to 30 ms late. */
function delaying(proxy: FaultProxy) {
  const state = { delayed: 0, over: false };
  const late = async (hold: Hold) => {
    state.delayed++;
    await pause(30 * Math.random());
    hold.letGo();
  };
  const go = async () => {
    while (!state.over) {
      const hold = proxy.hold(() => Math.random() < 0.1, { direction: 'down' });
      await hold.caught;
      void late(hold);
    }
  };
  void go();
  return state;
}

it('nothing is left of elections that were left in every phase', { timeout: 600_000 }, async () => {
  const etcd = await startEtcd();
  const proxy = await startProxy({ target: etcd.host });
  const delays = delaying(proxy);
  const begun = now();
  const file = await bundle(new URL('../harness/churner.ts', import.meta.url));
  const churner = new Program<ChurnCommand, ChurnFact>(file, { hosts: proxy.host, cycles, lanes: 10 });
  const observer = await Observer.of(etcd.host, 'churn/', ({ type, key }) => type === 'put' && churner.tell({ put: key }));
  const failed = () => churner.facts.filter(({ type }) => type === 'failed');

  const stopped = await churner.hears('stopped', undefined, { timeout: 550_000 });
  expect(failed()).toEqual([]);
  expect(await keys(etcd)).toEqual([]);
  for (const phase of PHASES) expect(stopped.phases[phase], phase).toBeGreaterThanOrEqual(cycles / 10);

  await observer.close();
  churner.tell({ do: 'close' });
  const closed = await churner.hears('closed');
  expect([...closed.resources].sort()).toEqual([...closed.before].sort());
  expect(await churner.exited).toBe(0); // by itself
  delays.over = true;
  await expectNothingLeft(etcd);
  await until('no socket', () => proxy.connections() === 0, 2_000);
  say('churn', { ...stopped.phases, 'answers delayed': delays.delayed, seconds: (now() - begun) / 1_000, 'left behind': 0 });
  await proxy.close();
  await etcd.stop();
});
