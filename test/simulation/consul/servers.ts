import type { Clock } from '../../../src/core/clock.js';
import type { Handle } from '../sandbox.js';

/** A key as Consul's HTTP API writes it; `Value` in base64. */
export interface Entry {
  readonly Key: string;
  readonly Value: string | null;
  readonly Session?: string | undefined;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
  /** Counts acquisitions, until the key is deleted or plainly written: no token. */
  readonly LockIndex: number;
}
export interface Operation {
  readonly Verb: string;
  readonly Key: string;
  readonly Session?: string;
  readonly Index?: number;
  readonly Value?: string;
}
export interface SessionOptions {
  readonly ttl: number;
  readonly lockDelay: number;
  readonly checks: readonly string[];
}
interface Session extends SessionOptions {
  timer: Handle | undefined;
}
interface Query {
  readonly key: string;
  readonly recurse: boolean;
  readonly index: number;
  readonly tell: () => void;
}
export interface Found {
  readonly entries: readonly Entry[];
  readonly index: number;
}

/** Far enough apart that no index comes again with another meaning: tokens and guards are good for one life of the data. */
const LIVES = 1_000_000;
const LIFE = 10_000;

interface Data {
  readonly keys: Map<string, Entry>;
  readonly sessions: Map<string, Session>;
  readonly index: number;
}

/**
 * Consul's servers as one: keys, sessions, and an index that grows with each change. A session ends between one and two ttls
 * after its last renewal, or at once when a check of it turns critical; then its keys are deleted, and stay closed for its lock delay.
 */
export class ConsulServers {
  isUp = true;
  /** Counts losses of data: what was asked before is not done afterwards, its connection has gone. */
  life = 0;
  /** Checks as the servers know them. */
  readonly checks = new Map<string, 'passing' | 'critical'>();
  /** Told when the servers are back: agents tell them what has changed. */
  readonly onStart = new Set<() => void>();
  /** Told of each tenure of a lock. */
  onLock: (entry: Entry) => unknown = () => undefined;
  #keys = new Map<string, Entry>();
  #sessions = new Map<string, Session>();
  readonly #delays = new Map<string, number>();
  /** When what was deleted under a prefix went. */
  readonly #graves = new Map<string, number>();
  readonly #queries = new Set<Query>();
  #index = LIVES;
  #created = 0;
  #backup: Data | undefined;

  constructor(
    readonly clock: Clock,
    private readonly chance: () => number,
  ) {}

  get sessions(): readonly string[] {
    return [...this.#sessions.keys()];
  }
  get keys(): readonly string[] {
    return [...this.#keys.keys()];
  }
  key(key: string): Entry | undefined {
    return this.#keys.get(key);
  }
  under(prefix: string): Entry[] {
    return [...this.#keys.values()].filter(({ Key }) => Key.startsWith(prefix));
  }

  /** All or nothing. */
  transact(operations: readonly Operation[]): { results: Entry[] } | { errors: { OpIndex: number; What: string }[] } {
    const [before, index] = [new Map(this.#keys), this.#index + 1];
    const results: Entry[] = [];
    const gone: string[] = [];
    const locked: Entry[] = [];
    for (const [OpIndex, operation] of operations.entries()) {
      const { Verb, Key, Session, Index, Value = null } = operation;
      const entry = this.#keys.get(Key);
      const What = this.#objection(operation, entry);
      if (What !== undefined) {
        this.#keys = before;
        return { errors: [{ OpIndex, What }] };
      }
      const put = (change: Partial<Entry>) => {
        const written = { LockIndex: 0, CreateIndex: index, ...entry, Key, Value, ModifyIndex: index, ...change };
        this.#keys.set(Key, written);
        results.push({ ...written, Value: null });
        return written;
      };
      if (Verb === 'lock') {
        const LockIndex = (entry?.LockIndex ?? 0) + (entry?.Session === Session ? 0 : 1);
        locked.push(put({ Session, LockIndex }));
      } else if (Verb === 'cas' && entry?.ModifyIndex === Index) put({});
      else if (Verb === 'delete') {
        if (this.#keys.delete(Key)) gone.push(Key);
      } else if (Verb === 'get-tree') results.push(...this.under(Key));
      else if (entry && Verb.startsWith('check-')) results.push({ ...entry, Value: null });
    }
    if (results.length > 0 || gone.length > 0) this.#changed(gone, this.#differs(before));
    locked.forEach((entry) => this.onLock(entry));
    return { results };
  }
  #differs(before: ReadonlyMap<string, Entry>): boolean {
    return before.size !== this.#keys.size || [...this.#keys].some(([key, entry]) => before.get(key) !== entry);
  }
  #objection({ Verb, Key, Session, Index }: Operation, entry: Entry | undefined): string | undefined {
    if (Verb === 'lock') {
      if (!this.#sessions.has(Session ?? '')) return `invalid session "${Session}"`;
      if ((this.#delays.get(Key) ?? 0) > this.clock.now()) return `failed to lock key "${Key}" due to lock delay`;
      return entry?.Session && entry.Session !== Session ? `failed to lock key "${Key}", lock is already held` : undefined;
    }
    if (Verb === 'cas') return entry?.ModifyIndex === Index ? undefined : `failed to set key "${Key}", index is stale`;
    if (Verb === 'check-index') {
      if (!entry) return `failed to check index: key "${Key}" doesn't exist`;
      return entry.ModifyIndex === Index
        ? undefined
        : `failed index check for key "${Key}", current modify index ${entry.ModifyIndex}`;
    }
    if (Verb === 'check-not-exists') return entry ? `key "${Key}" exists` : undefined;
    if (Verb === 'check-session') return entry?.Session === Session && entry ? undefined : `failed session check for key "${Key}"`;
    return undefined;
  }

  /** One key, or all that begin with it, and the index that tells of their next change. */
  find(key: string, recurse: boolean): Found {
    const entries = recurse ? this.under(key) : [this.#keys.get(key)].filter((entry) => entry !== undefined);
    // What isn't there has no index: the whole table's is told, and a query on it wakes for whatever changes.
    const graves = recurse ? [...this.#graves].filter(([gone]) => gone.startsWith(key)).map(([, index]) => index) : [];
    const index = entries.length > 0 ? Math.max(...entries.map(({ ModifyIndex }) => ModifyIndex), ...graves) : this.#index;
    return { entries, index };
  }
  /** Tells once when that index has been passed. @returns How to leave */
  wait(query: Omit<Query, 'tell'>, tell: () => void): () => void {
    const waiting = { ...query, tell };
    this.#queries.add(waiting);
    return () => void this.#queries.delete(waiting);
  }

  /** @returns its id, or what is wrong with a check. */
  createSession(options: SessionOptions): { id: string } | { wrong: string } {
    for (const check of options.checks) {
      const state = this.checks.get(check);
      if (state === undefined) return { wrong: `Missing check '${check}' registration` };
      if (state === 'critical') return { wrong: `Check '${check}' is in critical state` };
    }
    const id = `00000000-0000-4000-8000-${String(++this.#created).padStart(12, '0')}`;
    this.#index++;
    this.#sessions.set(id, this.#armed(id, options));
    return { id };
  }
  renewSession(id: string): boolean {
    const session = this.#sessions.get(id);
    if (session) this.#sessions.set(id, this.#armed(id, session));
    return session !== undefined;
  }
  #armed(id: string, session: SessionOptions & { timer?: Handle | undefined }): Session {
    session.timer?.unsubscribe();
    const { ttl, lockDelay, checks } = session;
    const after = ttl * (1 + this.chance());
    return { ttl, lockDelay, checks, timer: this.clock.schedule(() => this.endSession(id), after) };
  }
  endSession(id: string): void {
    const session = this.#sessions.get(id);
    if (!session) return;
    session.timer?.unsubscribe();
    this.#sessions.delete(id);
    const held = [...this.#keys.values()].filter(({ Session }) => Session === id).map(({ Key }) => Key);
    held.forEach((key) => {
      this.#keys.delete(key);
      if (session.lockDelay > 0) this.#delays.set(key, this.clock.now() + session.lockDelay);
    });
    this.#changed(held);
  }
  /** What an agent tells of one of its checks; undefined: it is gone. */
  check(name: string, state: 'passing' | 'critical' | undefined): void {
    if (state === undefined) this.checks.delete(name);
    else this.checks.set(name, state);
    if (state === 'passing') return;
    for (const [id, { checks }] of this.#sessions) if (checks.includes(name)) this.endSession(id);
  }

  /** A plain write, by an administrator: whoever holds it keeps it, and is not told. */
  put(key: string, value: string): void {
    const entry = this.#keys.get(key);
    const index = this.#index + 1;
    const Value = Buffer.from(value).toString('base64');
    const written = { CreateIndex: index, ...entry, Key: key, Value, ModifyIndex: index, LockIndex: 0 };
    this.#keys.set(key, written);
    this.#changed([]);
    if (entry?.Session) this.onLock(written);
  }
  delete(keys: readonly string[]): void {
    this.#changed(keys.filter((key) => this.#keys.delete(key)));
  }

  stop(): void {
    this.isUp = false;
    this.#sessions.forEach(({ timer }) => timer?.unsubscribe());
    this.#wake();
  }
  /** With its data every session begins anew; otherwise everything is lost, or as it was when it was stopped in this way before. */
  start(data: boolean): void {
    if (this.isUp) return;
    if (!data) this.#restore();
    this.isUp = true;
    this.#sessions.forEach((session, id) => this.#sessions.set(id, this.#armed(id, session)));
    this.onStart.forEach((tell) => tell());
    for (const [id, { checks }] of this.#sessions) if (checks.some((check) => !this.checks.has(check))) this.endSession(id);
    this.#wake();
  }
  #restore(): void {
    const { keys, sessions, index } = this.#backup ?? {
      keys: new Map<string, Entry>(),
      sessions: new Map<string, Session>(),
      index: 1,
    };
    this.#backup = { keys: new Map(this.#keys), sessions: new Map(this.#sessions), index: this.#index };
    [this.#keys, this.#sessions, this.#index] = [new Map(keys), new Map(sessions), index + ++this.life * LIFE];
    this.#graves.clear();
    this.#delays.clear();
    this.checks.clear();
  }

  #changed(gone: readonly string[], changed = true): void {
    if (!changed) return;
    this.#index++;
    gone.forEach((key) => this.#graves.set(key, this.#index));
    this.#wake();
  }
  /** Every blocking query whose index has been passed; all of them when the servers stop, for their connections go too. */
  #wake(): void {
    for (const query of this.#queries) {
      if (this.isUp && this.find(query.key, query.recurse).index <= query.index) continue;
      this.#queries.delete(query);
      query.tell();
    }
  }
}
