import type Consul from 'consul';
import { consulBackend } from '../../../src/backends/consul/consulBackend.js';
import { READ_TIMEOUT } from '../../../src/backends/consul/store.js';
import {
  type Entry as Claim,
  type RawEntry,
  entryOf,
  folderOf,
  leaderOf,
  lockOf,
  nameOf,
  queueOf,
} from '../../../src/backends/consul/wire.js';
import type { World } from '../clock.js';
import type { Model } from '../model.js';
import { ConsulAgent } from './agent.js';
import { ConsulServers, type Entry } from './servers.js';
import { ConsulTransport } from './transport.js';

const STOCK_TTL = 86_400_000;
const shown = (entry: Entry) => entryOf(entry as RawEntry);

/** Consul's servers, an agent on each machine, and our own Consul backend on each process: only the sockets are missing. */
export function consulModel(world: World): Model {
  const servers = new ConsulServers(world.clock, world.chance);
  const kind = world.chance();
  const bySession = kind < 0.2;
  // Where faults last longer than a session does without renewals.
  const ttl = kind < 0.4 ? 10_000 : 1_000;
  const lockDelay = world.chance() < 0.3 ? 200 : 0;
  // Then one blocking query serves all queues, and may be older than what a view is opened for.
  const prefix = world.chance() < 0.5 ? 'p/' : '';
  const folderIn = (key: string) => folderOf(prefix, key);
  const settings = { prefix, liveness: bySession ? 'session' : 'check', lockDelay: `${lockDelay}ms` } as const;
  const agents: ConsulAgent[] = [];
  const seen = new Set<bigint>();
  const stock = new Set<string>();
  const gone = new Set<string>();
  const queue = (key: string) => {
    const folder = folderIn(key);
    return { folder, ...queueOf(folder, servers.under(folder).map(shown)) };
  };
  servers.onLock = ({ ModifyIndex }) => seen.add(BigInt(ModifyIndex));

  return {
    ttl,
    readTimeout: READ_TIMEOUT,
    lockDelay,
    tellsLives: false,
    kinds: ['exclusive'],
    connect: (process, faults) => {
      const agent = new ConsulAgent(servers);
      agents.push(agent);
      const transport = new ConsulTransport(process, faults, agent, servers, world.chance);
      const backend = consulBackend({ client: transport.client as unknown as Consul, ...settings });
      return { backend, released$: transport.released$, link: (linked) => agent.link(linked) };
    },
    honours: ({ key, lease, nonce, token }) => {
      const lock = servers.key(lockOf(folderIn(key)));
      return lock?.Session === lease.id && BigInt(lock.ModifyIndex) === token && shown(lock).value === nameOf(lease, { nonce });
    },
    isFirst: ({ key, lease, nonce }) => {
      const { folder, claims } = queue(key);
      return claims[0]?.key === folder + nameOf(lease, { nonce });
    },
    hasSeen: ({ token }) => seen.has(token),
    claims: (key) => {
      const { folder, lock, claims } = queue(key);
      const version = ({ key, modifyIndex }: Claim) =>
        `${modifyIndex} ${lock?.value === key.slice(folder.length) && lock.modifyIndex}`;
      return new Map(claims.map((claim) => [decodeURIComponent(claim.key.slice(folder.length + 37)), version(claim)]));
    },
    holder: (key) => {
      const { folder, ...found } = queue(key);
      return leaderOf(folder, found) ?? undefined;
    },
    tidy: (key) => servers.delete(servers.under(folderIn(key)).flatMap(({ Key, Session }) => (Session ? [] : [Key]))),
    get left() {
      return [...servers.keys, ...servers.sessions.filter((id) => !stock.has(id))];
    },
    get reaped() {
      return agents.flatMap(({ checks }) => [...checks.keys()]);
    },
    deleteKey: (key, pick) => {
      const { lock, claims } = queue(key);
      const all = [...(lock ? [lock] : []), ...claims].map((entry) => entry.key);
      servers.delete(pick % 2 ? all : lock ? [lock.key] : all);
    },
    overwriteKey: (key, pick) => {
      const { lock, claims } = queue(key);
      const written = pick % 3 ? lock : claims[0];
      if (written) servers.put(written.key, 'overwritten');
    },
    revokeLease: (pick) => {
      const { sessions } = servers;
      const session = sessions[pick % Math.max(1, sessions.length)];
      if (session !== undefined) servers.endSession(session);
    },
    // As `consul lock` and `api.Lock`: they look at `.lock` alone, and barge.
    foreign: (key) => {
      const made = servers.createSession({ ttl: STOCK_TTL, lockDelay: 0, checks: [] });
      if ('wrong' in made) return () => undefined;
      const { id } = made;
      stock.add(id);
      const lock = lockOf(folderIn(key));
      let open = true;
      let leave = () => undefined as void;
      const again = () => {
        if (!open || !servers.isUp) return;
        const told = servers.transact([{ Verb: 'lock', Key: lock, Session: id, Value: '' }]);
        if ('errors' in told) leave = servers.wait({ key: lock, recurse: false, index: servers.find(lock, false).index }, again);
      };
      again();
      return () => {
        open = false;
        leave();
        if (servers.key(lock)?.Session === id) servers.delete([lock]);
        servers.endSession(id);
        gone.add(id);
      };
    },
    stop: () => servers.stop(),
    start: (data) => {
      servers.start(data);
      gone.forEach((id) => servers.endSession(id)); // of whom restored servers know nothing
    },
  };
}
