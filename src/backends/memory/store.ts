import type { Subscription } from 'rxjs';
import { type Clock, monotonic } from '../../core/clock.js';
import type { ClaimKind, Grant } from '../../core/types.js';
import { type Entry, type Queue, blocked, find } from './queue.js';

export interface MemoryStoreOptions {
  /** The clock on which leases end. @default monotonic */
  readonly scheduler?: Clock;
  /** How fast that clock runs, measured by the clients' clocks: above 1, leases end early. @default 1 */
  readonly rate?: number;
  /** Shorter leases are granted this long, in milliseconds. @default 1 */
  readonly minTtl?: number;
}

/** What a client asks to be put into a queue. */
export interface Placed {
  readonly key: string;
  readonly name: string;
  readonly id: string;
  readonly nonce: string;
  readonly value: string;
  readonly kind: ClaimKind;
  readonly wait: boolean;
}

interface Life {
  readonly ttl: number;
  readonly keys: Set<string>;
  ends: number;
  timer: Subscription;
}

/**
 * The state of a store, and what each request does to it at once: leases that end on a clock of their own, a queue for each
 * key, one revision for everything. Its clients reach it through a network that may fail; an administrator does so directly.
 */
export class MemoryStore {
  readonly minTtl: number;
  readonly scheduler: Clock;
  readonly #rate: number;
  readonly #leases = new Map<string, Life>();
  readonly #queues = new Map<string, readonly Entry[]>();
  readonly #watchers = new Map<string, Set<(queue: Queue) => void>>();
  #revision = 0n;
  #life = 0;
  #granted = 0;
  #foreign = 0;
  #up = true;

  constructor({ scheduler = monotonic, rate = 1, minTtl = 1 }: MemoryStoreOptions = {}) {
    [this.scheduler, this.#rate, this.minTtl] = [scheduler, rate, minTtl];
  }

  get isUp(): boolean {
    return this.#up;
  }
  get revision(): bigint {
    return this.#revision;
  }
  /** What is left in it, for tests that look for ghosts. */
  get leases(): readonly string[] {
    return [...this.#leases.keys()];
  }
  get keys(): readonly string[] {
    return [...this.#queues.keys()];
  }
  get watched(): readonly string[] {
    return [...this.#watchers.keys()];
  }

  grant(asked: number): Grant {
    const [id, ttl] = [(++this.#granted).toString(16), Math.max(asked, this.minTtl)]; // an id is never given twice
    this.#leases.set(id, this.#armed(id, { ttl, keys: new Set() }));
    return { id, ttl };
  }
  /** Whether there was something to renew: a lease that has ended stays ended. */
  renew(lease: string): boolean {
    const life = this.#alive(lease);
    if (!life) return false;
    life.timer.unsubscribe();
    this.#leases.set(lease, this.#armed(lease, life));
    return true;
  }
  /** Ends a lease; its claims go with it, at one revision. */
  revoke(lease: string): void {
    const life = this.#leases.get(lease);
    life?.timer.unsubscribe();
    this.#leases.delete(lease);
    this.#remove((entry) => entry.lease === lease, life?.keys ?? []);
  }

  /** Puts a claim at the end of its queue, unless it is there already. */
  place(lease: string, { key, wait, ...claim }: Placed): { outcome: 'placed' | 'held' | 'lost'; queue: Queue } {
    const [life, queue] = [this.#alive(lease), this.read(key)];
    if (!life) return { outcome: 'lost', queue };
    if (find(queue, claim.name)) return { outcome: 'placed', queue };
    if (!wait && blocked(claim.kind, queue.entries)) return { outcome: 'held', queue };
    this.#put(key, { ...claim, lease });
    life.keys.add(key);
    return { outcome: 'placed', queue: this.read(key) };
  }
  read(key: string): Queue {
    this.#queues.get(key)?.forEach(({ lease }) => lease !== undefined && this.#alive(lease));
    return { key, life: this.#life, revision: this.#revision, entries: this.#queues.get(key) ?? [] };
  }
  /** Removes one claim. Says whether its lease lives, for only then can a late request still put it back. */
  remove(lease: string, key: string, name: string): { alive: boolean; queue: Queue } {
    const alive = this.#alive(lease) !== undefined;
    this.#remove((entry) => entry.name === name, [key]);
    return { alive, queue: this.read(key) };
  }
  /** Changes a value if nobody changed the claim since `mod`. */
  change(
    lease: string,
    key: string,
    name: string,
    mod: bigint,
    value: string,
  ): { done: boolean; entry: Entry | undefined; queue: Queue } {
    const before = find(this.read(key), name);
    const done = before?.lease === lease && before.mod === mod;
    if (done) this.#replace(key, before, { value });
    const queue = this.read(key);
    return { done, entry: find(queue, name), queue };
  }
  /** Calls back with the queue after each change of it. */
  watch(key: string, changed: (queue: Queue) => void): () => void {
    const watchers = this.#watchers.get(key) ?? new Set();
    this.#watchers.set(key, watchers.add(changed));
    return () => {
      watchers.delete(changed);
      if (watchers.size === 0 && this.#watchers.get(key) === watchers) this.#watchers.delete(key);
    };
  }

  /** Administrator: ends a lease as if its time had run out. */
  expire(lease: string): void {
    this.revoke(lease);
  }
  /** Administrator: deletes the claims on a key, or only those of one id. */
  delete(key: string, id?: string): void {
    this.#remove((entry) => id === undefined || entry.id === id, [key]);
  }
  /** Administrator: writes over the oldest claim on a key, or that of one id: it belongs to no lease any more. */
  overwrite(key: string, value: string, id?: string): void {
    const entry = this.read(key).entries.find((each) => id === undefined || each.id === id);
    if (entry) this.#replace(key, entry, { value, lease: undefined });
  }
  /** Administrator: a claim without a lease, exclusive, as other tools make them. It stays until it is deleted. */
  put(key: string, id: string, value = ''): void {
    this.#put(key, { name: `foreign.${++this.#foreign}`, id, value, kind: 'exclusive', lease: undefined, nonce: undefined });
  }

  /** Every request fails until `start`. No lease ends meanwhile. */
  stop(): void {
    this.#up = false;
    this.#leases.forEach(({ timer }) => timer.unsubscribe());
    this.#leases.forEach((life) => (life.ends = Infinity));
  }
  /** With its data every lease begins anew, as on a real server; without, revisions begin anew and no lease is known. */
  start({ data = true }: { data?: boolean } = {}): void {
    this.#up = true;
    if (data) return this.#leases.forEach((life, id) => this.#leases.set(id, this.#armed(id, life)));
    const lost = [...this.#queues.keys()];
    this.#leases.clear();
    this.#queues.clear();
    [this.#life, this.#revision] = [this.#life + 1, 0n];
    lost.forEach((key) => this.#tell(key));
  }
  restart(options?: { data?: boolean }): void {
    this.stop();
    this.start(options);
  }

  #armed(id: string, { ttl, keys }: Pick<Life, 'ttl' | 'keys'>): Life {
    const after = ttl / this.#rate;
    return { ttl, keys, ends: this.scheduler.now() + after, timer: this.scheduler.schedule(() => this.revoke(id), after) };
  }
  /** Asks the clock as well: after a pause, requests may run before the timers that were due first. */
  #alive(id: string): Life | undefined {
    const life = this.#leases.get(id);
    if (life && life.ends <= this.scheduler.now()) this.revoke(id);
    return this.#leases.get(id);
  }
  #put(key: string, entry: Omit<Entry, 'create' | 'mod'>): void {
    const revision = ++this.#revision;
    this.#queues.set(key, [...(this.#queues.get(key) ?? []), { ...entry, create: revision, mod: revision }]);
    this.#tell(key);
  }
  #replace(key: string, entry: Entry, change: Partial<Entry>): void {
    const changed = { ...entry, ...change, mod: ++this.#revision };
    this.#queues.set(
      key,
      this.#queues.get(key)!.map((each) => (each === entry ? changed : each)),
    );
    this.#tell(key);
  }
  #remove(which: (entry: Entry) => boolean, keys: Iterable<string>): void {
    const touched = [...keys].filter((key) => this.#queues.get(key)?.some(which));
    if (touched.length > 0) this.#revision++;
    for (const key of touched) {
      const kept = this.#queues.get(key)!.filter((entry) => !which(entry));
      if (kept.length > 0) this.#queues.set(key, kept);
      else this.#queues.delete(key);
    }
    touched.forEach((key) => this.#tell(key));
  }
  #tell(key: string): void {
    const queue = { key, life: this.#life, revision: this.#revision, entries: this.#queues.get(key) ?? [] };
    this.#watchers.get(key)?.forEach((changed) => changed(queue));
  }
}
