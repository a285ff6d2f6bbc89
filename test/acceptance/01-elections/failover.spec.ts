import { firstValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { etcdBackend } from '../../../src/backends/etcd/index.js';
import { locker } from '../../../src/index.js';
import { times } from '../../fixtures/times.js';
import { type EtcdNode, startEtcd } from '../../servers/etcd.js';
import { startProxy } from '../../servers/faultProxy.js';
import { until } from '../../servers/until.js';
import { bundle } from '../harness/bundle.js';
import type { CandidateCommand, CandidateFact } from '../harness/candidate.js';
import { now } from '../harness/clock.js';
import { median, quantile, say } from '../harness/figures.js';
import { keys } from '../harness/leftovers.js';
import { requests } from '../harness/metrics.js';
import { Observer } from '../harness/observer.js';
import { atPhase } from '../harness/phase.js';
import { Program } from '../harness/program.js';
import { Recording } from '../harness/recording.js';

let etcd: EtcdNode;
let observer: Observer;
let file: string;
beforeAll(async () => {
  [etcd, file] = await Promise.all([startEtcd(), bundle(new URL('../harness/candidate.ts', import.meta.url))]);
  observer = await Observer.of(etcd.host, '');
});
afterAll(async () => {
  await observer.close();
  await etcd.stop();
});

type Candidate = Program<CandidateCommand, CandidateFact>;
const process = async (): Promise<Candidate> => {
  const candidate: Candidate = new Program(file, { hosts: etcd.host });
  await candidate.hears('ready');
  return candidate;
};
const leads = (candidate: Candidate, key: string, from = 0) =>
  candidate.hears('selected', (fact) => fact.key === key && fact.selected, { from });
const queued = (key: string, length: number) =>
  until(`${length} in the queue`, async () => (await keys(etcd, `${key}/`)).length === length);

describe('failover', () => {
  it.each(times(1, 0) ? [2_000, 5_000] : [2_000])(
    'SIGKILL to the next true in another process, ttl %i ms',
    { timeout: 300_000 },
    async (ttl) => {
      const [kills, each] = [times(5, 1), times(8, 4)];
      const samples: number[] = [];
      let leader = await process();
      for (let kill = 0; kill < kills; kill++) {
        const elections = Array.from({ length: each }, (_, i) => ({ key: `killed/${ttl}/${kill}/${i}`, ttl }));
        for (const [i, options] of elections.entries()) {
          leader.tell({ do: 'campaign', options });
          await leads(leader, options.key);
          await atPhase(ttl / 5, i, each * each); // so that their renewals are out of step
        }
        const next = await process();
        for (const options of elections) next.tell({ do: 'campaign', options });
        await Promise.all(elections.map(({ key }) => queued(key, 2)));
        await atPhase(ttl / 5, kill, kills);

        const killed = now();
        await leader.kill();
        const elected = await Promise.all(elections.map(({ key }) => leads(next, key)));
        samples.push(...elected.map(({ at }) => at - killed));
        leader = next;
      }
      leader.tell({ do: 'close' });
      await leader.hears('ends', ({ what }) => what === 'close');
      await leader.kill();
      say(`SIGKILL to the next true, ttl ${ttl} ms`, {
        runs: samples.length,
        min: Math.min(...samples),
        median: median(samples),
        max: Math.max(...samples),
        bound: ttl + 600,
      });
      expect(Math.max(...samples)).toBeLessThanOrEqual(ttl + 600);
    },
  );

  it('stop() to the next holder in another process', { timeout: 300_000 }, async () => {
    const turns = times(300, 30);
    const key = 'stopped';
    let [leader, next] = [await process(), await process()];
    leader.tell({ do: 'campaign', options: { key, ttl: 10_000 } });
    await leads(leader, key);
    next.tell({ do: 'campaign', options: { key, ttl: 10_000 } });
    await queued(key, 2);

    const samples: number[] = [];
    for (let turn = 0; turn < turns; turn++) {
      const [mine, theirs] = [leader.facts.length, next.facts.length];
      leader.tell({ do: 'stop', key });
      const elected = await leads(next, key, theirs);
      const begun = await leader.hears('begins', ({ what }) => what === 'stop', { from: mine });
      samples.push(elected.at - begun.at);
      await leader.hears('ends', ({ what }) => what === 'stop', { from: mine });
      const again = now();
      leader.tell({ do: 'start', key });
      await observer.put(key, again);
      [leader, next] = [next, leader];
    }
    say('stop() to the next holder', {
      runs: turns,
      median: median(samples),
      p99: quantile(samples, 0.99),
      max: Math.max(...samples),
    });
    expect(times(1, 0) ? quantile(samples, 0.99) : median(samples)).toBeLessThanOrEqual(50); // few samples, beside other tests, have no percentiles
    await Promise.all([leader.kill(), next.kill()]);
  });
});

describe('requests', () => {
  it('lock and release: two', async () => {
    const backend = etcdBackend({ hosts: etcd.host });
    const locks = locker(backend, { name: 'requests', ttl: 60_000 });
    const once = async (id: string) => {
      await firstValueFrom(locks.lock(id));
      await locks.release(id);
    };
    await once('warm');
    const count = times(200, 20);
    const before = await requests(etcd);
    for (let i = 0; i < count; i++) await once(`lock-${i}`);
    const each = ((await requests(etcd)) - before) / count;
    say('lock + release', { requests: each, pairs: count });
    expect(each).toBe(2);
    await locks.close();
    await backend.close();
  });

  it('waiters woken at a hand-over: one', { timeout: 120_000 }, async () => {
    const count = 8;
    const asked = new Set<number>();
    const waiters: { held: Recording<unknown>; close: () => Promise<void> }[] = [];
    for (let i = 0; i < count; i++) {
      const proxy = await startProxy({ target: etcd.host });
      proxy.hold((chunk) => chunk.includes('woken/') && asked.add(i) && false); // sees what it sends, and holds nothing
      const backend = etcdBackend({ hosts: proxy.host });
      const locks = locker(backend, { ttl: 60_000 });
      const close = async () => {
        await locks.close();
        await backend.close();
        await proxy.close();
      };
      waiters.push({ held: new Recording(locks.lock('woken')), close });
      await queued('woken', i + 1);
    }
    await waiters[0]!.held.until('the first holds', Boolean);
    const [woken, sent]: [number[], number[]] = [[], []];
    for (const [i, { held }] of waiters.slice(0, -1).entries()) {
      const before = await settled();
      asked.clear();
      held.stop();
      await waiters[i + 1]!.held.until('the next holds', Boolean);
      sent.push((await settled()) - before);
      asked.delete(i); // who released
      woken.push(asked.size);
    }
    say('hand-over among waiters', {
      waiters: `${count - 1} to 1`,
      'woken, most': Math.max(...woken),
      'requests in all, release included, median': median(sent),
    });
    expect(woken).toEqual(woken.map(() => 1));
    waiters.at(-1)!.held.stop();
    await Promise.all(waiters.map(({ close }) => close()));
  });

  /** The count of requests once nobody has sent another for a while; our own look at the metrics is none. */
  async function settled(): Promise<number> {
    let [count, same] = [-1, 0];
    await until('quiet', async () => {
      const read = await requests(etcd);
      same = read === count ? same + 1 : 0;
      count = read;
      return same >= 8;
    });
    return count;
  }
});
