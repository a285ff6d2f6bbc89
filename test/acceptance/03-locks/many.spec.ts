import { Subject, lastValueFrom, map, takeUntil, timer, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type Tenure, locker } from '../../../src/index.js';
import { keys as consulKeys, requestsTo, sessions } from '../../backends/consul/scene.js';
import { until } from '../../servers/until.js';
import { times } from '../../fixtures/times.js';
import { EtcdNode } from '../../servers/etcd.js';
import { ConsulAgent } from '../../servers/consul.js';
import { say } from '../harness/figures.js';
import { leases } from '../harness/leftovers.js';
import { metric, watchers } from '../harness/metrics.js';
import { type Started, backendAt, start } from './stores.js';

const HELD = times(5_000, 1_000);

/** What the server has of us. */
async function inStore({ server }: Started) {
  if (server instanceof EtcdNode) {
    const counted = await server.etcdctl('get', '--prefix', 'many/', '--limit=1', '--write-out=fields');
    return { locks: Number(/"Count" : (\d+)/.exec(counted)?.[1]), leases: (await leases(server)).length };
  }
  const keys = (await consulKeys(server, 'many/')).filter(({ Key }) => !Key.endsWith('/.lock'));
  return { locks: keys.length, leases: (await sessions(server)).length };
}

describe(`${HELD} locks held at once by one locker`, () => {
  it.each(['etcd', 'consul'] as const)(
    'over %s: one lease, one watch, renewals as for one lock',
    { timeout: 300_000 },
    async (store) => {
      const started = await start(store);
      const backend = backendAt(started.address, 'many/');
      const locks = locker(backend, { name: 'locks' });
      const over$ = new Subject<void>();
      const tenures: Tenure[] = [];
      const failed: unknown[] = [];
      const begun = performance.now();
      for (let id = 0; id < HELD; id++) {
        locks.lock(id).pipe(takeUntil(over$)).subscribe({ next: (tenure) => tenures.push(tenure), error: (error: unknown) => failed.push(error) }); // prettier-ignore
      }
      await until('all are held', () => tenures.length === HELD || failed.length > 0, 240_000);
      const took = performance.now() - begun;
      expect(failed).toEqual([]);
      expect(await inStore(started)).toEqual({ locks: HELD, leases: 1 });

      const { server } = started;
      const seconds = times(30, 5);
      const requests = server instanceof ConsulAgent ? requestsTo(server.port) : undefined;
      const renewed = () =>
        server instanceof EtcdNode ? metric(server, 'grpc_server_msg_received_total', /LeaseKeepAlive/) : Promise.resolve(0);
      const before = await renewed();
      await lastValueFrom(timer(seconds * 1_000).pipe(map(() => 0), toArray())); // prettier-ignore
      const renewals =
        server instanceof EtcdNode
          ? (await renewed()) - before
          : requests!.sent.filter((request) => request.includes('/session/renew')).length;
      const watched =
        server instanceof EtcdNode
          ? await watchers(server)
          : new Set(requests!.sent.filter((request) => request.includes('index=')).map((request) => request.replace(/index=\d+/, '')))
              .size;
      requests?.stop();
      say(`${HELD} locks over ${store}`, {
        leases: 1,
        watches: watched,
        [`renewals in ${seconds} s`]: renewals,
        'ms to take them': took,
      });
      expect(failed).toEqual([]);
      expect(tenures.every((tenure) => tenure.isCurrent())).toBe(true);
      expect(watched).toBeLessThanOrEqual(1);
      expect(renewals).toBeGreaterThan(0);
      expect(renewals).toBeLessThanOrEqual(seconds / 2 + 2); // every ttl / 5 = 2 s

      const closing = performance.now();
      const how = await locks.close(); // expired: on a busy machine so many releases take longer than the ttl
      say(`giving ${HELD} locks back over ${store}`, { how, ms: performance.now() - closing });
      await until('nothing left', async () => JSON.stringify(await inStore(started)) === '{"locks":0,"leases":0}', 60_000);
      over$.next();
      await backend.close();
      await started.stop();
    },
  );
});
