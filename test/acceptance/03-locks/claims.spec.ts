import { lastValueFrom, timer } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Locker, type Tenure, locker } from '../../../src/index.js';
import { keys as consulKeys } from '../../backends/consul/scene.js';
import { times } from '../../fixtures/times.js';
import { ConsulAgent } from '../../servers/consul.js';
import { type FaultProxy, startProxy } from '../../servers/faultProxy.js';
import { until } from '../../servers/until.js';
import { say } from '../harness/figures.js';
import { keys as etcdKeys } from '../harness/leftovers.js';
import { type Started, backendAt, start } from './stores.js';

const pause = (ms: number) => lastValueFrom(timer(ms));

describe.each(['etcd', 'consul'] as const)('claims over %s', (store) => {
  let started: Started;
  let proxy: FaultProxy;
  let backends: ReturnType<typeof backendAt>[];
  let mine: Locker;
  let other: Locker;
  beforeAll(async () => {
    started = await start(store);
    proxy = await startProxy({ target: started.address.host });
    backends = [backendAt({ ...started.address, host: proxy.host }), backendAt(started.address)];
    [mine, other] = backends.map((backend) => locker(backend, { name: 'claims' })) as [Locker, Locker];
  });
  afterAll(async () => {
    await Promise.all([mine.close(), other.close()]);
    expect(await claims('')).toEqual([]);
    await Promise.all(backends.map((backend) => backend.close()));
    await proxy.close();
    await started.stop();
  });

  /** The claims in the queue for an id; on Consul without the key that names the holder. */
  const claims = async (id: string) => {
    const { server } = started;
    const all =
      server instanceof ConsulAgent
        ? (await consulKeys(server, `claims/${id}`)).map(({ Key }) => Key)
        : await etcdKeys(server, `claims/${id}`);
    return all.filter((key) => !key.endsWith('/.lock'));
  };
  const hold = (locks: Locker, id: string) =>
    new Promise<{ tenure: Tenure; leave: () => void }>((resolve, reject) => {
      const subscription = locks.lock(id).subscribe({
        next: (tenure) => queueMicrotask(() => resolve({ tenure, leave: () => subscription.unsubscribe() })),
        error: reject,
      });
    });

  it('a timeout, an unsubscription and a release while waiting leave none, whenever they come', async () => {
    const id = 'waiting';
    const holder = await hold(other, id);
    const rounds = times(300, 30);
    for (let round = 0; round < rounds; round++) {
      const wait = Math.random() * 6;
      if (round % 3 === 0)
        await lastValueFrom(mine.lock(id, { timeout: wait })).catch(({ code }) => expect(code).toBe('ACQUIRE_TIMEOUT'));
      else {
        const waiting = mine.lock(id).subscribe({ error: () => undefined });
        await pause(wait);
        if (round % 3 === 1) waiting.unsubscribe();
        else await mine.release(id);
      }
    }
    await until('no claim of ours', async () => (await claims(id)).length === 1);
    expect(holder.tenure.isCurrent()).toBe(true);
    say(`claims left behind over ${store}`, { 'timeouts, unsubscriptions, releases': rounds, 'left behind': 0 });
    holder.leave();
    await until('nothing', async () => (await claims(id)).length === 0);
  });

  it('a release that comes late, or twice, hits nobody', async () => {
    const id = 'late';
    const [rounds, hit] = [times(20, 3), { any: 0 }];
    const release = (chunk: Buffer) => chunk.includes(id) && (store === 'etcd' || chunk.includes('"delete"'));
    for (let round = 0; round < rounds; round++) {
      const first = await hold(mine, id);
      // Delivered, and its answer lost: it is sent once more when another tenure of the same lease has begun.
      const cut = round % 2 ? proxy.cutAfter(release, { wait: 50 }) : undefined;
      const held = round % 2 ? undefined : proxy.hold(release);
      first.leave();
      await (cut ?? held!.caught);
      held?.letGo();
      const second = await hold(mine, id);
      await pause(times(1_500, 300));
      if (!second.tenure.isCurrent() || (await claims(id)).length !== 1) hit.any++;
      second.leave();
      await until('nothing', async () => (await claims(id)).length === 0);
    }
    say(`late and repeated releases over ${store}`, { rounds, 'tenures hit': hit.any });
    expect(hit.any).toBe(0);
  });
});
