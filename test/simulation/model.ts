import { type Observable, filter } from 'rxjs';
import { memoryBackend } from '../../src/backends/memory/backend.js';
import type { MemoryCall, MemoryFaults } from '../../src/backends/memory/faults.js';
import { holds } from '../../src/backends/memory/queue.js';
import { MemoryStore } from '../../src/backends/memory/store.js';
import type { Clock } from '../../src/core/clock.js';
import type { Tenure } from '../../src/core/tenure.js';
import type { Backend } from '../../src/core/types.js';

/** One client's way to a modelled store. */
export interface Connected {
  readonly backend: Backend;
  /** Each withdrawal and revocation, as it is sent. */
  readonly released$: Observable<Pick<MemoryCall, 'lease' | 'nonce'>>;
}

/** A modelled store: what it does, what an administrator does to it, and what the judge may look up. */
export interface Model {
  connect(clock: Clock, faults: MemoryFaults): Connected;
  /** Whether the store itself would name this tenure the holder now. */
  honours(tenure: Tenure): boolean;
  /** Nonces of the claims on a key, for an administrator's deeds are remembered. */
  claims(key: string): string[];
  holder(key: string): string | undefined;
  readonly leases: readonly string[];
  readonly keys: readonly string[];
  deleteKey(key: string): void;
  overwriteKey(key: string): void;
  revokeLease(pick: number): void;
  foreign(key: string): void;
  stop(): void;
  start(data: boolean): unknown;
}

/** Keys and leases as etcd has them: one queue by creation, the token is the creation revision, a lease ends on time. */
export function etcdModel(clock: Clock): Model {
  const store = new MemoryStore({ scheduler: clock });
  return {
    connect: (scheduler, faults) => {
      const backend = memoryBackend({ store, scheduler, faults, latency: 1, timeout: 300 });
      return { backend, released$: backend.calls$.pipe(filter(({ verb }) => verb === 'withdraw' || verb === 'revoke')) };
    },
    honours: ({ key, nonce, token, lease }) => {
      const queue = store.read(key);
      const own = queue.entries.find((entry) => entry.nonce === nonce);
      return own !== undefined && own.create === token && own.lease === lease.id && holds(queue, own);
    },
    claims: (key) => store.read(key).entries.map(({ nonce }) => nonce ?? ''),
    holder: (key) => store.read(key).entries[0]?.id,
    get leases() {
      return store.leases;
    },
    get keys() {
      return store.keys;
    },
    deleteKey: (key) => store.delete(key),
    overwriteKey: (key) => store.overwrite(key, 'overwritten'),
    revokeLease: (pick) => {
      const lease = store.leases[pick % Math.max(1, store.leases.length)];
      if (lease !== undefined) store.revoke(lease);
    },
    foreign: (key) => store.put(key, 'administrator'),
    stop: () => store.stop(),
    start: (data) => store.isUp || store.start({ data }),
  };
}
