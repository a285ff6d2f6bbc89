import { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Etcd3, ICompare, IRequestOp, ITxnRequest } from 'etcd3';

interface Stored {
  readonly value: Buffer;
  readonly create: number;
  readonly mod: number;
  readonly lease: string;
}
interface Range {
  readonly key: Buffer;
  readonly range_end?: Buffer;
}
interface Watcher {
  readonly stream: EventEmitter;
  readonly ranges: Map<string, Range>;
}
type Asked = Range & { readonly ID: string };
type TheirRequest = { create_request?: Range; cancel_request?: { watch_id: string } };

const covers = ({ key, range_end }: Range, path: string): boolean => {
  const [from, end] = [key.toString(), range_end?.toString()];
  return end === undefined ? path === from : path >= from && (end === '\0' || path < end);
};

/** A server on paper, in the shape of a client of etcd3: one host, whose answers and losses the test decides on. */
export class Paper {
  readonly keys = new Map<string, Stored>();
  readonly leases = new Set<string>();
  readonly watchers = new Set<Watcher>();
  /** What was asked, by name; a transaction is named by what it does when its condition holds. */
  readonly asked: string[] = [];
  /** No request comes through, and no answer comes back. */
  isDown = false;
  isClosed = false;
  /** Runs before each request is carried out, and before it is answered. */
  before: (name: string) => unknown = () => undefined;
  after: (name: string) => unknown = () => undefined;
  #revision = 10;

  readonly client = {
    kv: {
      range: (asked: Range) => this.#answer('range', () => ({ kvs: this.#select(asked).map((path) => this.#stored(path)) })),
      txn: (asked: ITxnRequest) => this.#answer(nameOf(asked), () => this.#carryOut(asked)),
    },
    leaseClient: {
      leaseGrant: ({ ID, TTL }: { ID: string; TTL: number }) =>
        this.#answer('grant', () => (this.leases.add(ID), { ID, TTL: String(TTL) })),
      leaseRevoke: ({ ID }: Asked) => this.#answer('revoke', () => this.#revoke(ID)),
      leaseKeepAlive: () => Promise.resolve(this.#beating()),
    },
    watchClient: { watch: () => Promise.resolve(this.openStream()) },
    maintenance: { status: () => this.#answer('status', () => ({})) },
    close: () => (this.isClosed = true),
  } as unknown as Etcd3;

  count(name: string): number {
    return this.asked.filter((each) => each === name).length;
  }
  /** An administrator, or another process. */
  delete(...paths: string[]): void {
    this.#revision++;
    paths.forEach((path) => this.#remove(path));
  }
  put(path: string, lease = '0'): void {
    this.#revision++;
    this.#store(path, Buffer.from(''), lease);
  }
  /** Ends every watch for a reason of the server's. */
  endWatches(cancel_reason: string): void {
    for (const { stream, ranges } of this.watchers) {
      for (const watch_id of ranges.keys())
        stream.emit('data', { header: this.#header, watch_id, canceled: true, cancel_reason, events: [] });
      ranges.clear();
    }
  }
  /** Events are told to nobody any more. */
  deafen(): void {
    this.watchers.forEach(({ ranges }) => ranges.clear());
  }
  openStream(): EventEmitter {
    const stream = new EventEmitter();
    const watcher: Watcher = { stream, ranges: new Map() };
    let watches = 0;
    this.watchers.add(watcher);
    return Object.assign(stream, {
      write: ({ create_request, cancel_request }: TheirRequest) => {
        if (cancel_request) watcher.ranges.delete(cancel_request.watch_id);
        if (!create_request) return;
        const watch_id = String(watches++);
        this.asked.push('watch');
        watcher.ranges.set(watch_id, create_request);
        setImmediate(() => stream.emit('data', { header: this.#header, watch_id, created: true, events: [] }));
      },
      cancel: () => this.watchers.delete(watcher),
    });
  }

  get #header() {
    return { cluster_id: '1', revision: String(this.#revision) };
  }
  async #answer<T extends object>(name: string, effect: () => T) {
    const lost = () => {
      if (this.isDown || this.isClosed) throw new Error('14 UNAVAILABLE: connection lost');
    };
    this.asked.push(name);
    await this.before(name);
    await pause(1);
    lost();
    const answer = effect();
    const header = this.#header;
    await this.after(name);
    lost();
    return { header, ...answer };
  }
  #beating(): EventEmitter {
    const stream = new EventEmitter();
    const write = ({ ID }: Asked) => {
      this.#answer('renew', () => ({ TTL: this.leases.has(ID) ? '9' : '0' })).then(
        (answer) => stream.emit('data', answer),
        (error: unknown) => stream.emit('error', error),
      );
    };
    return Object.assign(stream, { write, end: () => undefined });
  }
  #revoke(ID: string): object {
    if (!this.leases.delete(ID)) throw new Error('5 NOT_FOUND: etcdserver: requested lease not found');
    this.delete(...[...this.keys].filter(([, { lease }]) => lease === ID).map(([path]) => path));
    return {};
  }
  #carryOut({ compare = [], success = [], failure = [] }: ITxnRequest): object {
    const succeeded = compare.every((each) => this.#holds(each));
    const operations = succeeded ? success : failure;
    if (operations.some(({ request_range }) => !request_range)) this.#revision++;
    return { succeeded, responses: operations.map((each) => this.#operate(each)) };
  }
  #holds(compare: ICompare): boolean {
    const of = (path: string) => this.keys.get(path)?.[compare.target === 'Create' ? 'create' : 'mod'] ?? 0;
    const wanted = Number(compare.create_revision ?? compare.mod_revision);
    if (!compare.range_end) return of(String(compare.key)) === wanted;
    return this.#select(compare as Range).every((path) => of(path) < wanted);
  }
  #operate({ request_put, request_range, request_delete_range }: IRequestOp): object {
    if (request_range) return { response_range: { kvs: this.#select(request_range as Range).map((path) => this.#stored(path)) } };
    if (request_delete_range) this.#select(request_delete_range as Range).forEach((path) => this.#remove(path));
    if (request_put) {
      const lease = String(request_put.lease);
      if (!this.leases.has(lease)) throw new Error('5 NOT_FOUND: etcdserver: requested lease not found');
      this.#store(String(request_put.key), request_put.value as Buffer, lease);
    }
    return {};
  }
  #select(range: Range): string[] {
    return [...this.keys.keys()].filter((path) => covers(range, path));
  }
  #stored(path: string) {
    const { value = Buffer.from(''), create = 0, mod = this.#revision, lease = '0' } = this.keys.get(path) ?? {};
    return { key: Buffer.from(path), value, create_revision: String(create), mod_revision: String(mod), version: '1', lease };
  }
  #store(path: string, value: Buffer, lease: string): void {
    this.keys.set(path, { value, create: this.keys.get(path)?.create ?? this.#revision, mod: this.#revision, lease });
    this.#tell('Put', path);
  }
  #remove(path: string): void {
    if (this.keys.delete(path)) this.#tell('Delete', path);
  }
  #tell(type: 'Put' | 'Delete', path: string): void {
    const [header, kv] = [this.#header, this.#stored(path)];
    for (const { stream, ranges } of this.watchers) {
      for (const [watch_id, range] of ranges) {
        if (covers(range, path)) setImmediate(() => stream.emit('data', { header, watch_id, events: [{ type, kv }] }));
      }
    }
  }
}

const nameOf = ({ success = [] }: ITxnRequest): string => (success.some(({ request_put }) => request_put) ? 'put' : 'delete');
