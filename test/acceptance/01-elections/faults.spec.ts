import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { etcdBackend } from '../../../src/backends/etcd/index.js';
import { election, openLease, refreshLease, shareLatest } from '../../../src/index.js';
import { times } from '../../fixtures/times.js';
import { type EtcdNode, startEtcd } from '../../servers/etcd.js';
import { startProxy } from '../../servers/faultProxy.js';
import { until } from '../../servers/until.js';
import { stands } from '../harness/candidates.js';
import { now } from '../harness/clock.js';
import { say } from '../harness/figures.js';
import { keys } from '../harness/leftovers.js';
import { watchers } from '../harness/metrics.js';
import { Observer } from '../harness/observer.js';
import { Recording } from '../harness/recording.js';

const ttl = 5_000;
/** For what has to be heard of by a watch: its claims are read again every ten seconds or so. */
const longTtl = 60_000;
const SOON = 2_000;
const rounds = times(5, 1);
const repeated = Array.from({ length: rounds }, (_, round) => round);

let etcd: EtcdNode;
let observer: Observer;
beforeAll(async () => {
  etcd = await startEtcd();
  observer = await Observer.of(etcd.host, '');
});
afterAll(async () => {
  await observer.close();
  await etcd.stop();
});

const queueOf = (key: string) => keys(etcd, `${key}/`);
const queued = (key: string, length: number) =>
  until(`${length} in the queue of ${key}`, async () => (await queueOf(key)).length === length);
/** The holder, the waiter and the observer have begun to watch. */
const watched = () => until('three watches', async () => (await watchers(etcd)) === 3);
const claimOf = (id: string) => (chunk: Buffer) => chunk.includes(`~x~${id}`);
const leaseIn = (claim = '') => /\/([0-9a-f]+)\.[^/]*$/.exec(claim)?.[1] ?? '';

describe('the history is compacted while a candidate waits', () => {
  const revision = async () => /"revision":(\d+)/.exec(await etcd.etcdctl('get', 'none', '--write-out=json'))?.[1] ?? '';
  const compact = async () => {
    for (let i = 0; i < 3; i++) await etcd.etcdctl('put', 'unrelated', String(i));
    await etcd.etcdctl('compaction', await revision());
  };

  it.each(['connected', 'cut off'])('%s', async (how) => {
    const key = `compaction/${how}`;
    const proxy = await startProxy({ target: etcd.host });
    const holder = stands(etcd.host, { key, id: 'holder', ttl: longTtl });
    await holder.leads();
    const waiter = stands(proxy.host, { key, id: 'waiter', ttl: longTtl });
    await queued(key, 2);
    await watched();
    if (how === 'cut off') {
      proxy.refuse();
      proxy.reset();
    }
    await compact();
    await proxy.accept();
    const left = now();
    await holder.leave();
    const { at } = await waiter.leads();
    say(`compaction while waiting, ${how}`, { 'hand-over': at - left });
    expect(at - left).toBeLessThan(SOON);
    expect(waiter.selected.values).toEqual([false, true]);
    await waiter.leave();
    expect(await queueOf(key)).toEqual([]);
    await proxy.close();
  });
});

describe('an administrator', () => {
  const acts = {
    'deletes the key': (claim: string) => etcd.etcdctl('del', claim),
    'revokes the lease': (claim: string) => etcd.etcdctl('lease', 'revoke', leaseIn(claim)),
    'overwrites the key': (claim: string) => etcd.etcdctl('put', claim, 'mine now'),
  };
  it.each(Object.entries(acts))('%s of the leader: it says so, the next one leads, it queues again', async (what, act) => {
    const key = `administrator/${what}`;
    const first = stands(etcd.host, { key, id: 'first', ttl });
    await first.leads();
    const second = stands(etcd.host, { key, id: 'second', ttl });
    await queued(key, 2);

    const [from, acted] = [first.selected.told.length, now()];
    await act((await queueOf(key))[0] ?? '');
    const [lost, next] = await Promise.all([first.loses(from), second.leads()]);
    say(`administrator ${what}`, { 'from the command to false': lost.at - acted, 'to the next true': next.at - acted });
    expect(lost.at - acted).toBeLessThan(ttl / 5 + 500); // at worst one re-read
    await queued(key, 2);
    await second.leave();
    await first.leads(from);
    await first.leave();
    expect(await queueOf(key)).toEqual([]);
  });

  it.each(Object.entries(acts).slice(0, 2))('%s of a waiting candidate: it queues again', async (what, act) => {
    const key = `administrator/${what} of a waiting candidate`;
    const first = stands(etcd.host, { key, id: 'first', ttl });
    await first.leads();
    const second = stands(etcd.host, { key, id: 'second', ttl });
    await queued(key, 2);
    const before = (await queueOf(key))[1] ?? '';

    await act(before);
    await until('another claim', async () => (await queueOf(key))[1] !== undefined && !(await queueOf(key)).includes(before));
    expect(second.selected.values).toEqual([false]);
    expect(first.mine.isSelected()).toBe(true);
    await first.leave();
    await second.leads();
    await second.leave();
    expect(await queueOf(key)).toEqual([]);
  });
});

describe('the answer to the acquiring transaction is lost', () => {
  it.each(['reset', 'silence'] as const)('%s: one claim, which leads', async (how) => {
    for (const round of repeated) {
      const key = `lost answer/${how}/${round}`;
      const proxy = await startProxy({ target: etcd.host });
      const cut = proxy.cutAfter(claimOf('unanswered'), { how });
      const mine = stands(proxy.host, { key, id: 'unanswered', ttl });
      await cut;
      const { at } = await mine.leads();
      const created = await observer.put(key);
      say(`answer to the acquiring transaction lost (${how})`, { 'key to true': at - created.at });
      expect(await queueOf(key)).toHaveLength(1);
      await mine.leave();
      expect(await queueOf(key)).toEqual([]);
      await proxy.close();
    }
  });

  it('in a queue: one place, which is kept', async () => {
    const key = 'lost answer/queue';
    const holder = stands(etcd.host, { key, id: 'holder', ttl });
    await holder.leads();
    const proxy = await startProxy({ target: etcd.host });
    const cut = proxy.cutAfter(claimOf('unanswered'));
    const mine = stands(proxy.host, { key, id: 'unanswered', ttl });
    await cut;
    await queued(key, 2);
    const next = stands(etcd.host, { key, id: 'next', ttl });
    await queued(key, 3);
    await holder.leave();
    await mine.leads();
    expect(next.selected.values).toEqual([false]);
    expect(await queueOf(key)).toHaveLength(2);
    await mine.leave();
    await next.leads();
    await next.leave();
    await proxy.close();
  });
});

describe('the acquiring request is held by the proxy of one endpoint', () => {
  /** Stands through two endpoints of one cluster on a lease that goes on; its first request is caught on its way. */
  const caught = async (key: string) => {
    const proxies = [await startProxy({ target: etcd.host }), await startProxy({ target: etcd.host })];
    const backend = etcdBackend({ hosts: proxies.map(({ host }) => host) });
    const lease$ = openLease(backend, { ttl: 2 * ttl }).pipe(refreshLease(backend), shareLatest());
    const lease = new Recording(lease$);
    await lease.until('a lease', Boolean);
    const holds = proxies.map((proxy) => proxy.hold(claimOf('held')));
    const mine = election(backend, { key, id: 'held', lease$ });
    const selected = new Recording(mine.isSelected$);
    const which = await Promise.race(holds.map((hold, i) => hold.caught.then(() => i)));
    holds[1 - which]?.letGo();
    const close = async () => {
      lease.stop();
      await backend.close();
      await Promise.all(proxies.map((proxy) => proxy.close()));
    };
    return { mine, selected, letGo: () => holds[which]?.letGo({ restAfter: 200 }), close };
  };

  it('past read-back and unsubscription, then let through: swept, and the next candidate leads', async () => {
    for (const round of repeated) {
      const key = `held/left/${round}`;
      const { mine, selected, letGo, close } = await caught(key);
      selected.stop();
      await mine.stop();
      expect(await queueOf(key)).toEqual([]);

      const released = now();
      letGo();
      const ghost = await observer.put(key, released);
      const next = stands(etcd.host, { key, id: 'next', ttl });
      const { at } = await next.leads();
      say('held request let through after unsubscription', { 'ghost to the next leader': at - ghost.at });
      expect(await queueOf(key)).toHaveLength(1);
      expect(mine.isSelected()).toBe(false);
      await next.leave();
      await close();
      expect(await queueOf(key)).toEqual([]);
    }
  });

  it('past read-back, then let through while another attempt stands: one claim is left, which leads', async () => {
    for (const round of repeated) {
      const key = `held/standing/${round}`;
      const { mine, selected, letGo, close } = await caught(key);
      await selected.until('it leads by another endpoint', Boolean);
      const next = stands(etcd.host, { key, id: 'next', ttl });
      await queued(key, 2);
      letGo();
      await pause(300); // until the request has arrived, whatever it does there
      await queued(key, 2);
      expect([mine.isSelected(), next.mine.isSelected()]).toEqual([true, false]);
      selected.stop();
      await mine.stop();
      await next.leads();
      expect(await queueOf(key)).toHaveLength(1);
      await next.leave();
      await close();
    }
  });
});

describe('the connection is cut right after the watch is created', () => {
  /** The server's answer to a watch that was created: the only message whose last field is its third, and 1 (no ttl is 1 s here). */
  const created = (chunk: Buffer) => messages(chunk).some((message) => message.subarray(-2).equals(Buffer.from([0x18, 0x01])));
  /** What the DATA frames of HTTP/2 carry. */
  const messages = (chunk: Buffer): Buffer[] => {
    if (chunk.length < 9) return [];
    const [end, isData] = [9 + chunk.readUIntBE(0, 3), chunk[3] === 0];
    return [...(isData ? [chunk.subarray(9, end)] : []), ...messages(chunk.subarray(end))];
  };

  it.each(['first', 'repeated'])('%s watch: what happened meanwhile is not missed', async (which) => {
    for (const round of repeated) {
      const key = `cut watch/${which}/${round}`;
      const holder = stands(etcd.host, { key, id: 'holder', ttl: longTtl });
      await holder.leads();
      const proxy = await startProxy({ target: etcd.host });
      let hold = which === 'first' ? proxy.hold(created, { direction: 'down' }) : undefined;
      const waiter = stands(proxy.host, { key, id: 'waiter', ttl: longTtl });
      await queued(key, 2);
      if (!hold) {
        await watched();
        hold = proxy.hold(created, { direction: 'down' });
        proxy.reset();
      }
      await hold.caught;
      await holder.leave();
      const gone = await observer.gone(key);
      hold.letGo({ restAfter: 20 });
      await pause(5);
      proxy.reset();
      const { at } = await waiter.leads();
      say(`connection cut after the ${which} watch was created`, { 'key gone to true': at - gone.at });
      expect(at - gone.at).toBeLessThan(SOON);
      await waiter.leave();
      await proxy.close();
    }
  });
});

describe('the server is gone for good', () => {
  it.each(['kill', 'pause'] as const)('%s: stop() resolves when the ttl has run out there, close() soon after', async (how) => {
    const doomed = await startEtcd();
    const mine = stands(doomed.host, { key: 'doomed', ttl: 2_000 });
    await mine.leads();
    await doomed[how]();
    const begun = now();
    mine.selected.stop();
    await mine.mine.stop();
    const stopped = now();
    await mine.backend.close();
    const closed = now();
    say(`server gone for good (${how}), ttl 2000 ms`, { 'stop() took': stopped - begun, 'close() took': closed - stopped });
    expect(stopped - begun).toBeLessThan(2_000 + 3_500); // one last request may be under way
    expect(closed - stopped).toBeLessThan(7_000);
    await doomed.stop();
  });
});
