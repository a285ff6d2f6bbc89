import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { consulBackend } from '../../../src/backends/consul/index.js';
import { election } from '../../../src/index.js';
import { ask, keys } from '../../backends/consul/scene.js';
import { times } from '../../fixtures/times.js';
import { type ConsulAgent, startConsul } from '../../servers/consul.js';
import { startProxy } from '../../servers/faultProxy.js';
import { until } from '../../servers/until.js';
import { now } from '../harness/clock.js';
import { median, say } from '../harness/figures.js';
import { Recording } from '../harness/recording.js';
import { BEFORE, BEHIND, Moat } from './moat.js';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** When each of these keys was first seen to be free, told by blocking queries beside every fault. */
function freed(agent: ConsulAgent, prefix: string, count: number) {
  const at = new Map<string, number>();
  const over = new AbortController();
  const watching = (async () => {
    for (let index = 0; !over.signal.aborted;) {
      const response = await fetch(`${agent.url}/v1/kv/${prefix}?recurse&index=${index}&wait=1s`, { signal: over.signal }).catch(
        () => undefined,
      );
      if (!response) continue;
      const seen = now();
      index = Number(response.headers.get('x-consul-index'));
      const held = response.status === 404 ? [] : ((await response.json()) as { Key: string }[]).map(({ Key }) => Key);
      for (let i = 0; i < count; i++) {
        const key = `${prefix}${i}`;
        if (!held.includes(`${key}/.lock`) && !at.has(key)) at.set(key, seen);
      }
    }
  })();
  open.push(async () => {
    over.abort();
    await watching.catch(() => undefined); // cut off in the middle of an answer
  });
  return at;
}

/** Leaders of many keys behind one way to the store, each with a lease of its own. */
async function leaders(port: number, prefix: string, count: number, ttl: number) {
  const backend = consulBackend({ port });
  const all = Array.from({ length: count }, (_, i) => election(backend, { key: `${prefix}${i}`, ttl }));
  const told = all.map((each) => new Recording(each.isSelected$));
  await Promise.all(told.map((each) => each.until('it leads', Boolean)));
  open.push(async () => {
    told.forEach((each) => each.stop());
    await backend.close();
  });
  return { all, told };
}

const lossOf = (told: Recording<boolean>, since: number) => told.told.find(({ value, at }) => !value && at > since)?.at ?? NaN;
function judge(what: string, leads: number[]) {
  const early = leads.filter((lead) => lead > 0).length;
  say(what, { keys: `${early} of ${leads.length}`, 'smallest lead ms': Math.min(...leads), 'median lead ms': median(leads) });
  expect(early).toBe(leads.length);
}

const count = 20;

describe('isSelected$ is false before the key is free', () => {
  it('a black hole before the agent, ttl 3 s', { timeout: 120_000 }, async () => {
    const agent = await startConsul();
    open.push(() => agent.stop());
    const proxy = await startProxy({ target: `127.0.0.1:${agent.port}` });
    open.push(() => proxy.close());
    const { all, told } = await leaders(proxy.port, 'hole/', count, 3_000);
    const free = freed(agent, 'hole/', count);
    await pause(700);
    const silent = now();
    proxy.freeze();
    await until('every key is free', () => free.size === count, 20_000);
    const leads = told.map((each, i) => free.get(`hole/${i}`)! - lossOf(each, silent));
    judge('black hole, ttl 3000 ms', leads);
    expect(all.filter((each) => each.isSelected())).toEqual([]);
    await pause(times(30_000, 4_000) - (now() - silent));
    const from = told.map((each) => each.told.length);
    proxy.pass();
    const healed = now();
    await Promise.all(told.map((each, i) => each.until('it leads again', Boolean, { from: from[i]! })));
    say('after the black hole', { 'ms to the last leader': now() - healed });
  });

  it.each(times(1, 0) ? [3_000, 10_000] : [3_000])(
    'the agent is cut off from its servers, ttl %i ms',
    { timeout: 180_000 },
    async (ttl) => {
      const server = await startConsul({ dev: false, config: { bind_addr: BEHIND, advertise_addr: BEFORE } });
      open.push(() => server.stop());
      const moat = await Moat.around([server.ports.server, server.ports.serf_lan]);
      open.push(() => moat.close());
      const agent = await clientOf(server);
      const { all, told } = await leaders(agent.port, 'cut/', count, ttl);
      const free = freed(server, 'cut/', count);
      await pause(ttl / 4);
      const silent = now();
      moat.cut();
      await until('every leader says so', () => told.every(({ last }) => last === false), 2 * ttl);
      expect(all.filter((each) => each.isSelected())).toEqual([]);
      await until('every key is free', () => free.size === count, 3 * Math.max(ttl, 10_000));
      const leads = told.map((each, i) => free.get(`cut/${i}`)! - lossOf(each, silent));
      judge(`agent cut off from its servers, ttl ${ttl} ms`, leads);
    },
  );
});

/** A client agent that has joined, over the moat. */
async function clientOf(server: ConsulAgent): Promise<ConsulAgent> {
  const joining = { retry_join: [`${BEFORE}:${server.ports.serf_lan}`], retry_interval: '200ms' };
  const agent = await startConsul({ dev: false, config: { node_name: 'client', server: false, bootstrap_expect: 0, ...joining } });
  open.push(() => agent.stop());
  await until('it has joined', async () => (await ask<{ CheckID: string }[]>(server, '/health/node/client')).length > 0);
  return agent;
}

it('an agent that is stopped past the ttl and goes on: the late answer revives nothing', { timeout: 120_000 }, async () => {
  const agent = await startConsul();
  open.push(() => agent.stop());
  const ttl = 3_000;
  const { all, told } = await leaders(agent.port, 'stopped/', 5, ttl);
  const tokens = new Recording(all[0]!.leader$);
  await tokens.until('a token', Boolean);
  for (let run = 0; run < times(5, 1); run++) {
    const from = told.map((each) => each.told.length);
    const stopped = now();
    agent.pause();
    await until('every leader says so', () => all.every((each) => !each.isSelected()), 2 * ttl);
    await pause(ttl * 1.5 - (now() - stopped));
    agent.resume();
    const resumed = now();
    await Promise.all(told.map((each, i) => each.until('it leads again', Boolean, { from: from[i]! })));
    say('agent stopped past the ttl', { 'ms to the last leader': now() - resumed });
    // Each leads again by a new claim: the old one was never revived.
    for (const [i, each] of told.entries()) expect(each.values.slice(from[i])).toEqual([false, true]);
  }
  tokens.stop();
  const seen = tokens.values.flatMap((leader) => (leader ? [leader.token] : []));
  expect(seen.every((token, i) => i === 0 || token > seen[i - 1]!)).toBe(true);
  expect((await keys(agent, 'stopped/')).length).toBe(10);
  expect(await ask<unknown[]>(agent, '/session/list')).toHaveLength(5);
});
