import { type Observable, concat, lastValueFrom } from 'rxjs';
import type { Clock } from '../../core/clock.js';
import { Lifetime } from '../../core/lifetime.js';
import type { Backend } from '../../core/types.js';
import { acquire } from './acquire.js';
import { Claims } from './claims.js';
import type { Client } from './client.js';
import type { MemoryCall, MemoryFaults } from './faults.js';
import { leases } from './leases.js';
import { monitor } from './monitor.js';
import { Network } from './network.js';
import { MemoryStore } from './store.js';
import { update } from './update.js';
import { Views } from './views.js';
import { watch } from './watch.js';
import { sweepShown, withdraw } from './withdraw.js';

export interface MemoryBackendOptions {
  /** Clock of every timer here, and of the store if it is made here. @default the store's, else monotonic */
  readonly scheduler?: Clock;
  /** Shared by several backends, each of them a client of its own. @default a new one */
  readonly store?: MemoryStore;
  /** What can go wrong between this client and its store. @default nothing */
  readonly faults?: MemoryFaults;
  /** One way, in milliseconds. @default 0: an answer takes two microtasks, in virtual time the same frame */
  readonly latency?: number;
  /** Milliseconds after which a call is given up; a renewal after ttl / 4, if that is less. @default 3_000 */
  readonly timeout?: number;
}

export interface MemoryBackend extends Backend {
  /** To connect other backends to, and for what an administrator does: revoke, delete, overwrite, restart. */
  readonly store: MemoryStore;
  /** Each request at the moment when it is sent. Completes at `close`. */
  readonly calls$: Observable<MemoryCall>;
}

/**
 * A store in this process: elections and locks that share it compete like processes that share a server.
 *
 * It keeps nothing beyond the process. For demonstrations, for single instances, and for tests: on a TestScheduler it runs in
 * virtual time, and `memoryFaults` breaks whatever can break. Even without latency it never answers inside the call, as no
 * store does. What waits or watches reads again now and then, so it never goes quiet by itself: unsubscribe it in a test.
 *
 * @example Two nodes and one store
 * ```ts
 * const one = memoryBackend();
 * const other = memoryBackend({ store: one.store });
 * ```
 *
 * @param options Durations are in milliseconds.
 * @returns A backend for every kind of claim. `close()` resolves when the store holds nothing of it, or could not be told
 * until the ttl ran out there; watches that are still subscribed complete, everything else and
 * every verb from then on errors with
 * `INVALID_OPTIONS`, which no retry mends.
 */
export function memoryBackend({ latency = 0, timeout = 3_000, faults, ...options }: MemoryBackendOptions = {}): MemoryBackend {
  const store = options.store ?? new MemoryStore(options.scheduler ? { scheduler: options.scheduler } : {});
  const scheduler = options.scheduler ?? store.scheduler;
  const network = new Network({ scheduler, latency, faults, isUp: () => store.isUp });
  const views = new Views({ store, network, scheduler, timeout, shown: (queue) => sweepShown(client, queue) });
  const client: Client = { store, network, views, claims: new Claims(() => scheduler.now()), scheduler, timeout };
  const { revokeAll, ...life } = leases(client);
  const lifetime = new Lifetime();

  return {
    store,
    calls$: network.calls$.asObservable(),
    minTtl: store.minTtl,
    kinds: ['exclusive', 'shared', 'permits'],
    grant: lifetime.whileOpen(life.grant),
    renew: lifetime.whileOpen(life.renew),
    revoke: lifetime.whileOpen(life.revoke),
    acquire: lifetime.whileOpen(acquire(client)),
    withdraw: lifetime.whileOpen(withdraw(client)),
    monitor: lifetime.whileOpen(monitor(client)),
    update: lifetime.whileOpen(update(client)),
    watch: lifetime.watching(watch(client)),
    close: async () => {
      lifetime.end();
      await lastValueFrom(concat(revokeAll(), network.idle, revokeAll()), { defaultValue: undefined });
      network.calls$.complete();
    },
  };
}
