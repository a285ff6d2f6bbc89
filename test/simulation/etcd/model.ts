import { merge } from 'rxjs';
import { backendOver } from '../../../src/backends/etcd/backend.js';
import type { EtcdClient } from '../../../src/backends/etcd/client.js';
import { LONGEST, Member } from '../../../src/backends/etcd/member.js';
import { type Entry, parse, segment } from '../../../src/backends/etcd/wire.js';
import type { World } from '../clock.js';
import type { Model } from '../model.js';
import { hasTurn } from '../turn.js';
import { Channel } from './channel.js';
import { Client } from './client.js';
import { EtcdMember } from './member.js';
import { EtcdServers } from './servers.js';

const STOCK_TTL = 86_400;
/** What a server with quick elections grants at least, what any other does, and our default. */
const TTLS = [1_000, 1_000, 1_000, 2_000, 10_000];
const first = (one: Entry, other: Entry) => (one.created < other.created ? -1 : 1);

/** etcd's servers, one member or three for each process, and our own etcd backend on each: only the sockets are missing. */
export function etcdModel(world: World, watched: readonly string[]): Model {
  const servers = new EtcdServers(world.clock, world.chance);
  const prefix = world.chance() < 0.3 ? 'app/' : '';
  const hosts = world.chance() < 0.2 ? ['a:2379', 'b:2379', 'c:2379'] : ['a:2379'];
  const ttl = TTLS[Math.floor(world.chance() * TTLS.length)]!;
  const seen = new Set<string>();
  const stock = new Set<string>();
  const gone = new Set<string>();
  let granted = 0;

  const queues = new Map<string, readonly Entry[]>(); // looked up more often than they change
  const queue = (key: string): readonly Entry[] => {
    const found = queues.get(key) ?? read(`${prefix}${key}/`);
    queues.set(key, found);
    return found;
  };
  const read = (directory: string): Entry[] => {
    const entries: Entry[] = [];
    for (const [path, stored] of servers.store.entries) {
      const entry = path.startsWith(directory) ? parse(directory, stored) : undefined;
      if (entry) entries.push(entry);
    }
    return entries.sort(first);
  };
  servers.onChange.add(() => {
    queues.clear();
    watched.forEach((key) => {
      const [leader] = queue(key);
      if (leader) seen.add(`${leader.id} ${leader.created}`);
    });
  });
  const nonceOf = ({ path }: Entry) => /\.([^~/]+)~[^/]*$/.exec(path)?.[1] ?? '';

  return {
    ttl,
    readTimeout: LONGEST, // of a read that was sent before a host had answered
    lockDelay: 0,
    tellsLives: true,
    kinds: ['exclusive', 'shared', 'permits'],
    connect: (process, faults) => {
      const channels = hosts.map(() => new Channel(process, faults, new EtcdMember(servers), servers));
      const clients = channels.map((channel) => new Client(channel));
      const members = clients.map((client, n) => new Member(hosts[n]!, client as unknown as EtcdClient));
      // One member is cut off from the others, or from this process.
      const link = (linked: boolean) => {
        const cut = channels[Math.floor(world.chance() * channels.length)]!;
        if (linked) channels.forEach((channel) => (channel.pass(true), channel.member.link(true)));
        else if (world.chance() < 0.6) cut.member.link(false);
        else cut.pass(false);
      };
      return { backend: backendOver({ members, prefix }), released$: merge(...clients.map(({ released$ }) => released$)), link };
    },
    honours: ({ key, lease, nonce, kind, id, token }) => {
      const path = `${prefix}${key}/${segment(lease.id, { nonce, kind, id })}`;
      const all = queue(key);
      const own = all.find((entry) => entry.path === path);
      if (own?.created !== token || own.lease !== lease.id) return false;
      const older = all.filter(({ created }) => created < token);
      return hasTurn(
        older.map((entry) => entry.kind),
        own.kind,
      );
    },
    isFirst: () => true, // no other holds
    hasSeen: ({ id, token }) => seen.has(`${id} ${token}`),
    claims: (key) =>
      new Map(queue(key).map((entry) => [decodeURIComponent(nonceOf(entry)), `${entry.created} ${entry.modified} ${entry.lease}`])),
    holder: (key) => {
      const [first] = queue(key);
      return first && { id: first.id, value: first.value, token: first.created };
    },
    tidy: (key) => {
      const written = queue(key).filter(({ lease }) => lease === '0');
      servers.store.delete(written.map(({ path }) => path));
    },
    get left() {
      const leases = servers.lessor.leases.map(([id]) => id).filter((id) => !stock.has(id));
      return [...servers.store.entries.keys(), ...leases];
    },
    reaped: [],
    deleteKey: (key, pick) => {
      const paths = queue(key).map(({ path }) => path);
      servers.store.delete(pick % 2 ? paths : paths.slice(0, 1));
    },
    overwriteKey: (key, pick) => {
      const all = queue(key);
      const written = all[pick % 3 ? 0 : all.length - 1];
      if (written) put(written.path, 'overwritten');
    },
    revokeLease: (pick) => {
      const all = servers.lessor.leases;
      const lease = all[pick % Math.max(1, all.length)];
      if (lease) servers.lessor.end(lease[0]);
    },
    // As `etcdctl lock` and `elect`, here or one level deeper, where they are none of our business.
    foreign: (key) => {
      const lease = String(++granted);
      stock.add(lease);
      servers.lessor.grant(lease, STOCK_TTL);
      put(`${prefix}${key}/${world.chance() < 0.2 ? 'nightly/' : ''}${lease}`, '', lease);
      return () => (gone.add(lease), servers.lessor.end(lease));
    },
    stop: () => servers.stop(),
    start: (data) => {
      servers.start(data);
      queues.clear();
      gone.forEach((lease) => servers.lessor.end(lease)); // of whom a restored store knows nothing
    },
  };

  function put(path: string, value: string, lease?: string): void {
    const key = Buffer.from(path);
    servers.store.transact({ success: [{ request_put: { key, value: Buffer.from(value), ...(lease && { lease }) } }] });
  }
}
