import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Leader } from '../../../src/core/types.js';
import { type EtcdNode, startEtcd } from '../../servers/etcd.js';
import { type FaultProxy, startProxy } from '../../servers/faultProxy.js';
import { until } from '../../servers/until.js';
import { Actor, type Heard, actor, claimOn, freshKey } from './scene.js';

let etcd: EtcdNode;
let proxy: FaultProxy;
beforeAll(async () => void (etcd = await startEtcd()));
afterAll(() => etcd.stop());
beforeEach(async () => void (proxy = await startProxy({ target: etcd.host })));
afterEach(async () => {
  await Actor.cleanUp(); // before the network goes
  await proxy.close();
});

const last = (heard: Heard<Leader | null>) => heard.values.at(-1);

describe('a watch', () => {
  it('that is cut right after it began misses nothing', async () => {
    const [key, here, there] = [freshKey(), actor({ hosts: proxy.host }), await actor({ hosts: etcd.host }).granted()];
    const watched = here.listen(here.backend.watch(key));
    await until('the first read', () => watched.values.length);
    for (let cuts = 0; cuts < 5; cuts++) {
      proxy.reset();
      const claim = claimOn(key, `holder-${cuts}`);
      await there.hold(claim);
      await until('it comes back', () => proxy.connections() > 0);
      proxy.reset(); // whatever had begun anew
      await until('the holder is told', () => last(watched)?.id === claim.id);
      await there.withdraw(claim);
      await until('the end is told', () => last(watched) === null);
    }
    expect(watched.closed).toBe(false);
  });

  it('waits for its turn over a cut and a compaction', async () => {
    const [key, here, there] = [freshKey(), await actor({ hosts: proxy.host }).granted(), await actor({ hosts: etcd.host }).granted()];
    const first = claimOn(key, 'first');
    await there.hold(first);
    const waiting = await here.queue(claimOn(key, 'second'));
    proxy.refuse();
    proxy.reset();
    await there.withdraw(first);
    const revision = /"revision":(\d+)/.exec(await etcd.etcdctl('get', 'x', '--write-out=json'))?.[1] ?? '0';
    await etcd.etcdctl('compact', revision);
    await proxy.accept();
    await until('its turn', () => waiting.values[0]?.id === 'second');
  });

  it('is silent while the store is out of reach, and tells what is then within 400 ms of its return', async () => {
    const [key, here, there] = [freshKey(), actor({ hosts: proxy.host }), await actor({ hosts: etcd.host }).granted()];
    const watched = here.listen(here.backend.watch(key, { confirmEvery: 50 }));
    await until('the first read', () => watched.values.length);
    proxy.refuse();
    proxy.reset();
    await there.hold(claimOn(key, 'new'));
    const known = watched.values.length;
    expect(last(watched)).toBe(null);
    const healed = performance.now();
    await proxy.accept();
    await until('the new holder', () => last(watched)?.id === 'new');
    expect(performance.now() - healed).toBeLessThan(400);
    expect(watched.values.length).toBeGreaterThan(known);
    expect(watched.end).toBe(undefined);
  });

  it('that hangs is noticed by a read, and taken up again when the network returns', async () => {
    const [key, here, there] = [freshKey(), actor({ hosts: proxy.host }), await actor({ hosts: etcd.host }).granted()];
    const watched = here.listen(here.backend.watch(key, { confirmEvery: 100 }));
    await until('the first read', () => watched.values.length);
    proxy.freeze();
    await there.hold(claimOn(key, 'new'));
    const before = proxy.connections();
    await until('a request has run out of time, and another connection is tried', () => proxy.connections() > before);
    proxy.pass();
    const healed = performance.now();
    await until('the new holder', () => last(watched)?.id === 'new');
    expect(performance.now() - healed).toBeLessThan(1_000);
  });

  it('fails when nothing was ever read, and says so', async () => {
    const here = actor({ hosts: '127.0.0.1:1' });
    const watched = here.listen(here.backend.watch(freshKey()));
    await until('it fails', () => watched.end);
    expect(watched.end).toBe('BACKEND_UNAVAILABLE');
  });

  it('is told by one watch over the prefix, key by key', async () => {
    const [here, there] = [actor({ hosts: etcd.host, prefix: 'mine/' }), await actor({ hosts: etcd.host, prefix: 'mine/' }).granted()];
    const keys = [freshKey(), `${freshKey()}/deep`, freshKey()];
    const watched = keys.map((key) => here.listen(here.backend.watch(key)));
    await until('the first reads', () => watched.every(({ values }) => values.length));
    for (const key of keys) await there.hold(claimOn(key, key));
    await until('each holder', () => watched.every((each, i) => last(each)?.id === keys[i]));
    expect(watched.map(({ values }) => values.length)).toEqual([2, 2, 2]);
  });

  it('over a prefix serves a key at once that somebody looks at later', async () => {
    const [first, second] = [
      await actor({ hosts: etcd.host, prefix: 'mine/' }).granted(60_000),
      await actor({ hosts: etcd.host, prefix: 'mine/' }).granted(60_000),
    ];
    const [key, elsewhere] = [freshKey(), second.listen(second.backend.watch(freshKey()))];
    await until('the prefix is watched', () => elsewhere.values.length);
    const claim = claimOn(key, 'first');
    await first.hold(claim);
    const waiting = await second.queue(claimOn(key, 'second'));
    await first.withdraw(claim);
    await until('its turn, long before anything is read again', () => waiting.values.length, 5_000);
  });
});
