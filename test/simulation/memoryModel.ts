import { filter } from 'rxjs';
import { memoryBackend } from '../../src/backends/memory/backend.js';
import { MemoryStore } from '../../src/backends/memory/store.js';
import type { World } from './clock.js';
import type { Model } from './model.js';
import { hasTurn } from './turn.js';

/** The memory backend: keys and leases as etcd has them, one queue by creation, the token is the creation revision, a lease ends on time. */
export function memoryModel(world: World, watched: readonly string[]): Model {
  const store = new MemoryStore({ scheduler: world.clock });
  const seen = new Set<string>();
  watched.forEach((key) =>
    store.watch(key, ({ entries: [first] }) => {
      if (first) seen.add(`${first.id} ${first.create}`);
    }),
  );
  const entries = (key: string) => store.read(key).entries;
  let foreign = 0;
  return {
    ttl: 1_000,
    readTimeout: 300,
    lockDelay: 0,
    tellsLives: true,
    kinds: ['exclusive', 'shared', 'permits'],
    connect: (process, faults) => {
      const backend = memoryBackend({ store, scheduler: process, faults, latency: 1, timeout: 300 });
      const released$ = backend.calls$.pipe(filter(({ verb }) => verb === 'withdraw' || verb === 'revoke'));
      return { backend, released$ };
    },
    honours: ({ key, nonce, token, lease }) => {
      const all = entries(key);
      const own = all.find((entry) => entry.nonce === nonce);
      if (own?.create !== token || own.lease !== lease.id) return false;
      const older = all.filter(({ create }) => create < token);
      return hasTurn(
        older.map(({ kind }) => kind),
        own.kind,
      );
    },
    isFirst: () => true, // no other holds
    hasSeen: ({ id, token }) => seen.has(`${id} ${token}`),
    claims: (key) => new Map(entries(key).map(({ nonce = '', create, mod, lease }) => [nonce, `${create} ${mod} ${lease}`])),
    holder: (key) => {
      const [first] = entries(key);
      return first && { id: first.id, value: first.value, token: first.create };
    },
    tidy: (key) => entries(key).forEach(({ id, lease }) => lease === undefined && store.delete(key, id)),
    get left() {
      return [...store.keys, ...store.leases];
    },
    reaped: [],
    deleteKey: (key) => store.delete(key),
    overwriteKey: (key) => store.overwrite(key, 'overwritten'),
    revokeLease: (pick) => {
      const lease = store.leases[pick % Math.max(1, store.leases.length)];
      if (lease !== undefined) store.revoke(lease);
    },
    foreign: (key) => {
      const id = `administrator-${foreign++}`;
      store.put(key, id);
      return () => store.delete(key, id);
    },
    stop: () => store.stop(),
    start: (data) => void (store.isUp || store.start({ data })),
  };
}
