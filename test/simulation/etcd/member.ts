import type { Handle } from '../sandbox.js';
import type { EtcdServers } from './servers.js';
import { FAILURES } from './status.js';
import { type Event, EtcdStore, type Range, type Transaction, within } from './store.js';

/** What a member says to a request, once; never, while it waits for the others. */
export type Reply = (outcome: { readonly answer: object } | { readonly error: Error }) => void;
type RangeRequest = Parameters<EtcdStore['range']>[0];
interface Watcher {
  readonly matches: (path: string) => boolean;
  readonly tell: (revision: number, events: readonly Event[]) => void;
}

/** Milliseconds that a leader goes on believing in itself, when it is cut off from the others. */
const DEPOSED = 1_000;

/**
 * One member of the cluster. Cut off from the others it still has its clients and its streams: it knows what it knew, tells of
 * no change, and what it was asked meanwhile fails, hangs, or is carried out when the others can be reached again.
 */
export class EtcdMember {
  /** What it knows by itself. */
  #alone: EtcdStore | undefined;
  /** Leases that it renews all alone, for it has not noticed that another leads. */
  #deposed: { readonly leases: ReadonlyMap<string, number>; readonly timer: Handle } | undefined;
  readonly #kept: (() => void)[] = [];
  readonly #watchers = new Set<Watcher>();
  readonly #untold: { readonly revision: number; readonly events: readonly Event[] }[] = [];

  constructor(private readonly servers: EtcdServers) {
    servers.onChange.add((events) => this.#changed(events));
    servers.onStop.add(() => this.#stopped());
  }

  link(linked: boolean): void {
    const { store, chance, isUp } = this.servers;
    if (linked === (this.#alone === undefined)) return;
    this.#succeed();
    if (linked) return this.#rejoin();
    this.#alone = new EtcdStore(store.revision, store.entries);
    if (isUp && chance() < 0.3) this.#depose();
  }

  range(asked: RangeRequest, reply: Reply): void {
    const alone = asked.serializable ? this.#alone : undefined;
    if (alone) reply({ answer: { header: this.#header, ...alone.range(asked) } });
    else this.#agree(() => this.servers.store.range(asked), reply);
  }
  transact(asked: Transaction, reply: Reply): void {
    this.#agree(() => this.servers.store.transact(asked), reply);
  }
  grant(id: string, ttl: number, reply: Reply): void {
    this.#agree(() => this.servers.grant(id, ttl), reply);
  }
  revoke(id: string, reply: Reply): void {
    this.#agree(() => this.servers.revoke(id), reply);
  }
  renew(id: string, reply: Reply): void {
    const told = (ttl: number) => ({ ID: id, TTL: String(ttl) });
    if (this.#deposed) reply({ answer: { header: this.#header, ...told(this.#deposed.leases.get(id) ?? 0) } });
    else this.#agree(() => told(this.servers.lessor.renew(id)), reply);
  }
  status(reply: Reply): void {
    reply({ answer: { header: this.#header } });
  }
  /** From what it knows on. @returns How to leave */
  watch(range: Range, tell: Watcher['tell']): () => void {
    const watcher = { matches: within(range), tell };
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }
  get revision(): number {
    return this.#alone?.revision ?? this.servers.store.revision;
  }

  get #header() {
    return this.servers.headerAt(this.revision);
  }
  /** What only all can say. */
  #agree(carryOut: () => object, reply: Reply): void {
    const now = () => {
      try {
        const answer = carryOut();
        reply({ answer: { header: this.servers.header, ...answer } });
      } catch (error) {
        if (!('code' in (error as Error))) throw error; // not the store's, but ours
        reply({ error: error as Error });
      }
    };
    if (!this.#alone) return now();
    const luck = this.servers.chance();
    if (luck < 0.4) this.#kept.push(now);
    else if (luck < 0.7) reply({ error: FAILURES.noLeader() });
  }
  #changed(events: readonly Event[]): void {
    const { revision } = this.servers.store;
    if (this.#alone) this.#untold.push({ revision, events });
    else this.#tell(revision, events);
  }
  #tell(revision: number, events: readonly Event[]): void {
    for (const { matches, tell } of this.#watchers) {
      const own = events.filter(({ kv }) => matches(kv.key.toString('latin1')));
      if (own.length > 0) tell(revision, own);
    }
  }
  #rejoin(): void {
    this.#alone = undefined;
    this.#untold.splice(0).forEach(({ revision, events }) => this.#tell(revision, events));
    this.#kept.splice(0).forEach((carryOut) => carryOut());
  }
  /** It led. Whoever leads now gives every lease its whole ttl, once the old leader can't believe in itself any more. */
  #depose(): void {
    const { lessor, clock } = this.servers;
    lessor.promote(DEPOSED);
    this.#deposed = { leases: new Map(lessor.leases), timer: clock.schedule(() => this.#succeed(), DEPOSED) };
  }
  #succeed(): void {
    if (!this.#deposed) return;
    this.#deposed.timer.unsubscribe();
    this.#deposed = undefined;
    this.servers.lessor.promote();
  }
  /** All members stop at once: what they had not told goes with their connections. */
  #stopped(): void {
    this.#deposed?.timer.unsubscribe();
    this.#deposed = undefined;
    this.#watchers.clear();
    this.#untold.length = this.#kept.length = 0;
  }
}
