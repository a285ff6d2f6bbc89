import { setTimeout as pause } from 'node:timers/promises';
import { Etcd3 } from 'etcd3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TenureRef } from '../../../src/core/types.js';
import { Child } from '../../servers/childProcess.js';
import { type EtcdNode, startEtcd } from '../../servers/etcd.js';
import { startProxy } from '../../servers/faultProxy.js';
import { until } from '../../servers/until.js';
import { type Actor, type Heard, actor, claimOn, done, failure, freshKey } from './scene.js';

let etcd: EtcdNode;
beforeAll(async () => void (etcd = await startEtcd()));
afterAll(() => etcd.stop());

/** A client that counts, and says nothing of its options: so it is used as it is. */
function counting(hosts: string) {
  const real = new Etcd3({ hosts });
  const counts: Record<string, number> = {};
  const counted = <T extends object>(part: T): T =>
    new Proxy(part, {
      get: (target, name: string) => {
        const found = target[name as keyof T] as unknown;
        if (typeof found !== 'function') return found;
        return (...args: unknown[]) => {
          counts[name] = (counts[name] ?? 0) + 1;
          return (found as (...args: unknown[]) => unknown).apply(target, args);
        };
      },
    });
  const client = {
    kv: counted(real.kv),
    leaseClient: counted(real.leaseClient),
    watchClient: counted(real.watchClient),
    maintenance: real.maintenance,
  };
  return {
    client: client as unknown as Etcd3,
    counts,
    reset: () => Object.keys(counts).forEach((name) => delete counts[name]),
    close: () => real.close(),
  };
}

describe('a client of one’s own', () => {
  it.each([
    ['alone', (client: Etcd3) => client],
    ['with a prefix', (client: Etcd3) => ({ client, prefix: 'p/' })],
  ])('is taken %s, and not closed', async (_, wrap) => {
    const client = new Etcd3({ hosts: etcd.host });
    const [key, one] = [freshKey(), await actor(wrap(client)).granted()];
    await one.hold(claimOn(key, 'one', { value: 'v' }));
    await one.close();
    expect(await client.get('anything')).toBe(null);
    client.close();
  });

  it('is used as it is when it does not tell its options', async () => {
    const { client, counts, close } = counting(etcd.host);
    const one = await actor({ client }).granted();
    await one.hold(claimOn(freshKey(), 'one'));
    expect(counts).toMatchObject({ leaseGrant: 1, txn: 1 });
    await one.close();
    close();
  });
});

it('a lease has the ttl that was granted, not the one that was asked for', async () => {
  const one = await actor({ hosts: etcd.host }).granted(1_001);
  expect(one.lease.ttl).toBe(2_000);
  expect((await actor({ hosts: etcd.host }).granted(1_000)).lease.ttl).toBe(2_000); // a server’s default is no less
});

describe('requests', () => {
  it('are two for a lock that is free: one to take it, one to let it go', async () => {
    const { client, counts, reset, close } = counting(etcd.host);
    const one = await actor({ client }).granted();
    for (let took = Infinity; took > 40;) {
      // held longer, it may be watched
      reset();
      const [claim, began] = [claimOn(freshKey(), 'one'), performance.now()];
      const monitored = one.listen(one.backend.monitor(await one.hold(claim)));
      for (let beats = 0; beats < 3; beats++) await one.renew(); // time for what is not to be sent
      monitored.leave();
      took = performance.now() - began;
      await one.withdraw(claim);
    }
    expect(counts).toEqual({ txn: 2, leaseKeepAlive: 3 });
    await one.close();
    close();
  });

  it('are one for a lock that is taken and not waited for', async () => {
    const { client, counts, reset, close } = counting(etcd.host);
    const one = await actor({ client }).granted();
    const key = freshKey();
    await one.hold(claimOn(key, 'one'));
    reset();
    const two = claimOn(key, 'two', { wait: false });
    expect(await failure(one.backend.acquire(one.lease, two))).toMatchObject({ code: 'HELD' });
    await one.withdraw(two);
    expect(counts).toEqual({ txn: 1 });
    await one.close();
    close();
  });

  it('at a hand-over are made by the one whose turn it is', async () => {
    const [key, first] = [freshKey(), await actor({ hosts: etcd.host }).granted(60_000)];
    const waiters = Array.from({ length: 5 }, () => counting(etcd.host));
    const claim = claimOn(key, 'first');
    await first.hold(claim);
    const queue: { one: Actor; waiting: Heard<TenureRef> }[] = [];
    for (const { client } of waiters) {
      const one = await actor({ client }).granted(60_000);
      queue.push({ one, waiting: await one.queue(claimOn(key, 'next')) });
    }
    await until('all have read once more', () => waiters.every(({ counts }) => (counts.range ?? 0) > 0));
    waiters.forEach(({ reset }) => reset());
    await first.withdraw(claim);
    await until('the next', () => queue[0]?.waiting.values.length);
    expect(waiters.map(({ counts }) => counts)).toEqual([{ range: 1 }, {}, {}, {}, {}]);
    await Promise.all(queue.map(({ one }) => one.close()));
    waiters.forEach(({ close }) => close());
  });
});

describe('close', () => {
  it('leaves no lease, key or connection, whatever was going on, and ends what still listens', async () => {
    const proxy = await startProxy({ target: etcd.host });
    const [key, one] = [freshKey(), await actor({ hosts: proxy.host }).granted()];
    const monitored = one.listen(one.backend.monitor(await one.hold(claimOn(key, 'one'))));
    const waiting = await one.queue(claimOn(key, 'two'));
    const watched = one.listen(one.backend.watch(key));
    const last = one.listen(one.backend.acquire(one.lease, claimOn(key, 'three')));
    await Promise.all([one.backend.close(), one.backend.close()]);
    expect([monitored.end, waiting.end, last.end]).toEqual(Array(3).fill('INVALID_OPTIONS'));
    expect(watched.end).toBe('completed');
    expect(await etcd.etcdctl('get', '--prefix', key)).toBe('');
    expect(await etcd.etcdctl('lease', 'list')).not.toContain(one.lease.id);
    await until('no connection', () => proxy.connections() === 0);
    expect(await failure(one.backend.grant(10_000))).toMatchObject({
      code: 'INVALID_OPTIONS',
      message: expect.stringContaining('closed'),
    });
    await expect(done(one.backend.revoke(one.lease))).rejects.toMatchObject({ retryable: false });
    await proxy.close();
  });

  it('lets the process end', async () => {
    const leaving = new Child(process.execPath, ['--import', 'tsx', 'test/backends/etcd/leaving.fixture.ts', etcd.host]);
    expect([await Promise.race([leaving.exited, pause(10_000, 'stays')]), leaving.output]).toEqual([0, '']);
    await leaving.stop();
  });
});
