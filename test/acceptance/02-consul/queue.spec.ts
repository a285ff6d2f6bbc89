import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consulBackend } from '../../../src/backends/consul/index.js';
import { type Tenure, locker } from '../../../src/index.js';
import { keys, requestsTo, writes } from '../../backends/consul/scene.js';
import { times } from '../../fixtures/times.js';
import { type ConsulAgent, startConsul } from '../../servers/consul.js';
import { until } from '../../servers/until.js';
import { now } from '../harness/clock.js';
import { median, quantile, say } from '../harness/figures.js';
import { Recording } from '../harness/recording.js';

let agent: ConsulAgent;
// More connections than one host may have by default: the waiters of this process stand for as many hosts.
beforeAll(async () => void (agent = await startConsul({ config: { limits: { http_max_conns_per_client: 4_000 } } })));
afterAll(() => agent.stop());

interface Round {
  order: number[];
  /** From each release to the next tenure, milliseconds. */
  latencies: number[];
  requests: number;
  writes: number;
  most: number;
}

/** Each waiter with a client of its own; the one that gets its turn leaves at once. */
async function round(waiters: number, key: string): Promise<Round> {
  const backends = Array.from({ length: waiters + 1 }, () => consulBackend({ port: agent.port }));
  const lockers = backends.map((backend) => locker(backend, { ttl: 60_000 }));
  const [order, latencies]: [number[], number[]] = [[], []];
  let [holders, most, released] = [0, 0, 0];
  const queue: Recording<Tenure>[] = [];
  for (const [i, each] of lockers.entries()) {
    const held = new Recording(each.lock(key));
    queue.push(held);
    await until(`${i + 1} in the queue`, async () => (await keys(agent, `${key}/`)).length === i + 2);
  }
  const turns = queue.slice(1).map(async (held, i) => {
    await heard(held);
    latencies.push(now() - released);
    order.push(i);
    most = Math.max(most, ++holders);
    holders--;
    released = now();
    held.stop();
  });
  const [counted, before] = [requestsTo(agent.port), await writes(agent)];
  const looked = counted.sent.length;
  released = now();
  queue[0]?.stop();
  await Promise.all(turns);
  await until('released', async () => (await keys(agent, `${key}/`)).length === 0);
  counted.stop();
  const requests = counted.sent.slice(looked).filter((sent) => sent.startsWith('PUT /txn') || /kv\/.*\.|kv\/.*wait/.test(sent)).length;
  const result = { order, latencies, requests, writes: (await writes(agent)) - before, most };
  await Promise.all(lockers.map((each) => each.close()));
  await Promise.all(backends.map((backend) => backend.close()));
  return result;
}
/** In the turn in which it is told: a poll would be part of what is measured. */
const heard = (held: Recording<Tenure>) =>
  new Promise<void>((resolve) => {
    const push = held.told.push.bind(held.told);
    held.told.push = (...told) => (resolve(), push(...told));
  });

describe('hand-overs among waiters', () => {
  it.each([20, 100])(
    '%i waiters: first come, first served, one woken, at most 3.1 requests and 2.1 writes each',
    { timeout: 300_000 },
    async (waiters) => {
      const alone: number[] = [];
      const rounds: Round[] = [];
      for (let i = 0; i < times(5, 1); i++) {
        for (let j = 0; j < times(20, 5); j++) alone.push(...(await round(1, `alone-${waiters}-${i}-${j}`)).latencies);
        rounds.push(await round(waiters, `many-${waiters}-${i}`));
      }
      const latencies = rounds.flatMap((each) => each.latencies);
      const figures = {
        rounds: rounds.length,
        requests: rounds.reduce((sum, each) => sum + each.requests, 0) / rounds.length / waiters,
        writes: rounds.reduce((sum, each) => sum + each.writes, 0) / rounds.length / waiters,
        'most holders': Math.max(...rounds.map(({ most }) => most)),
        'median ms': median(latencies),
        'p95 ms': quantile(latencies, 0.95),
        'median ms alone': median(alone),
      };
      say(`hand-over among ${waiters} waiters`, figures);
      for (const { order } of rounds) expect(order).toEqual(order.map((_, i) => i));
      expect(figures['most holders']).toBe(1);
      expect(figures.requests).toBeLessThanOrEqual(3.1);
      expect(figures.writes).toBeLessThanOrEqual(2.1);
      if (times(1, 0)) expect(figures['median ms']).toBeLessThanOrEqual(1.3 * figures['median ms alone']);
    },
  );

  it('100 waiters of one process share one blocking query', { timeout: 120_000 }, async () => {
    const backend = consulBackend({ port: agent.port });
    const mine = locker(backend, { ttl: 60_000 });
    const order: number[] = [];
    const count = 100;
    const queue: Recording<Tenure>[] = [];
    for (let i = 0; i < count; i++) {
      queue.push(new Recording(mine.lock('one')));
      await until(`${i + 1} in the queue`, async () => (await keys(agent, 'one/')).length === i + 2);
    }
    const turns = queue.slice(1).map(async (held, i) => {
      await heard(held);
      order.push(i);
      held.stop();
    });
    const counted = requestsTo(agent.port);
    queue[0]?.stop();
    await Promise.all(turns);
    counted.stop();
    const requests = counted.sent.filter((sent) => sent.startsWith('PUT /txn')).length / (count - 1);
    say('hand-over among 100 waiters of one process', {
      requests,
      'blocking queries apart': counted.sent.filter((sent) => sent.includes('wait')).length,
    });
    expect(order).toEqual(order.map((_, i) => i));
    expect(requests).toBeLessThanOrEqual(3.1);
    await mine.close();
    await backend.close();
  });
});
