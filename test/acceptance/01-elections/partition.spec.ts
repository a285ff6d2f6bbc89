import { Etcd3 } from 'etcd3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { etcdBackend } from '../../../src/backends/etcd/index.js';
import { election } from '../../../src/index.js';
import { times } from '../../fixtures/times.js';
import { type EtcdNode, startEtcd } from '../../servers/etcd.js';
import { type FaultProxy, startProxy } from '../../servers/faultProxy.js';
import { until } from '../../servers/until.js';
import { now } from '../harness/clock.js';
import { median, quantile, say } from '../harness/figures.js';
import { expectNothingLeft } from '../harness/leftovers.js';
import { Observer } from '../harness/observer.js';
import { atPhase } from '../harness/phase.js';
import { Recording } from '../harness/recording.js';

const runs = times(20, 4);
const baselineRuns = times(20, 2);

let etcd: EtcdNode;
let observer: Observer;
const proxies: FaultProxy[] = [];
beforeAll(async () => {
  etcd = await startEtcd();
  observer = await Observer.of(etcd.host, '');
});
afterAll(async () => {
  await observer.close();
  await etcd.stop();
});
const proxied = async () => {
  const proxy = await startProxy({ target: etcd.host });
  proxies.push(proxy);
  return proxy;
};
const all = <T>(count: number, run: (i: number) => Promise<T>) => Promise.all(Array.from({ length: count }, (_, i) => run(i)));

/** Milliseconds from our own `false` to the end of the key, when the network falls silent at the i-th phase of a renewal. */
async function ours(ttl: number, i: number, direction: 'up' | 'down' | 'both' = 'both'): Promise<number> {
  const [key, proxy] = [`partition/${direction}/${ttl}/${i}`, await proxied()];
  const backend = etcdBackend({ hosts: proxy.host });
  const mine = election(backend, { key, ttl });
  const selected = new Recording(mine.isSelected$);
  await selected.until('it leads', Boolean);
  await atPhase(ttl, i, runs); // past several renewals, and at all phases of one

  proxy.freeze(direction);
  const frozen = now();
  const [gone, lost] = await Promise.all([
    observer.gone(key, frozen, 3 * ttl),
    until(`${key} is lost`, () => selected.told.find(({ value, at }) => !value && at > frozen), 3 * ttl),
  ]);
  expect(mine.isSelected()).toBe(false);
  proxy.pass();
  selected.stop();
  await mine.stop();
  await backend.close();
  return gone.at - lost.at;
}

/** The same for etcd3's own Election: its belief ends with the campaign's 'error'. */
async function etcd3s(ttl: number, i: number): Promise<number> {
  const [name, proxy] = [`etcd3-${ttl}-${i}`, await proxied()];
  const client = new Etcd3({ hosts: proxy.host });
  const candidate = client.election(name, ttl / 1_000);
  const campaign = candidate.campaign('leader');
  await new Promise<void>((resolve, reject) => campaign.once('elected', resolve).once('error', reject));
  await atPhase(ttl, i, baselineRuns);

  proxy.freeze();
  const frozen = now();
  const lost = new Promise<number>((resolve) => campaign.once('error', () => resolve(now())));
  const [gone, told] = await Promise.all([observer.gone(`election/${name}`, frozen, 3 * ttl), lost]);
  proxy.pass();
  await campaign.resign().catch(() => undefined);
  client.close();
  return gone.at - told;
}

describe('when the network falls silent', () => {
  it('isSelected$ is false before the store lets anybody else in', { timeout: 120_000 }, async () => {
    const [two, five] = await Promise.all([all(runs, (i) => ours(2_000, i)), all(runs, (i) => ours(5_000, i))]);
    for (const [ttl, leads] of [
      [2_000, two],
      [5_000, five],
    ] as const) {
      const figures = { 'smallest lead': Math.min(...leads), '1st percentile': quantile(leads, 0.01), 'median lead': median(leads) };
      say(`silent partition, ttl ${ttl} ms, false before the key goes`, {
        runs: `${leads.filter((lead) => lead > 0).length} of ${runs}`,
        ...figures,
      });
    }
    expect([...two, ...five].filter((lead) => lead <= 0)).toEqual([]);
    await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
    await observer.close();
    await expectNothingLeft(etcd);
    observer = await Observer.of(etcd.host, '');
  });

  it('also when only requests, or only answers, are lost', { timeout: 120_000 }, async () => {
    const [up, down] = await Promise.all(
      (['up', 'down'] as const).map((direction) => all(times(10, 2), (i) => ours(2_000, i, direction))),
    );
    const figures = {
      'requests lost, smallest lead': Math.min(...(up ?? [])),
      'answers lost, smallest lead': Math.min(...(down ?? [])),
    };
    say('partition in one direction, ttl 2000 ms', figures);
    expect([...(up ?? []), ...(down ?? [])].filter((lead) => lead <= 0)).toEqual([]);
    await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
  });

  it("etcd3's own Election, measured", { timeout: 120_000 }, async () => {
    for (const ttl of times(1, 0) ? [2_000, 5_000] : [2_000]) {
      const leads = await all(baselineRuns, (i) => etcd3s(ttl, i));
      const figures = { 'smallest lead': Math.min(...leads), 'median lead': median(leads) };
      say(`silent partition, ttl ${ttl} ms, etcd3's Election`, {
        runs: `${leads.filter((lead) => lead > 0).length} of ${baselineRuns}`,
        ...figures,
      });
    }
    await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
  });
});
