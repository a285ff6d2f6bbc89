import { REFUSALS } from './status.js';

/** A key as the wire has it: numbers are text, names and values are bytes. */
export interface Stored {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly create_revision: string;
  readonly mod_revision: string;
  readonly version: string;
  /** In decimal. */
  readonly lease: string;
}
export interface Event {
  readonly type: 'Put' | 'Delete';
  readonly kv: Stored;
}
export interface Range {
  readonly key: Buffer;
  readonly range_end?: Buffer | undefined;
}
interface RangeRequest extends Range {
  readonly limit?: number;
  readonly count_only?: boolean;
  readonly keys_only?: boolean;
  /** Answered by whichever member is asked, from what it knows: for the member, not for us. */
  readonly serializable?: boolean;
}
interface Put {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly lease?: string;
}
interface Compare extends Range {
  readonly target: 'Version' | 'Create' | 'Mod' | 'Lease';
  readonly result: 'Equal' | 'Greater' | 'Less' | 'NotEqual';
  readonly [operand: string]: unknown;
}
interface Operation {
  readonly request_range?: RangeRequest;
  readonly request_put?: Put;
  readonly request_delete_range?: Range;
}
export interface Transaction {
  readonly compare?: readonly Compare[];
  readonly success?: readonly Operation[];
  readonly failure?: readonly Operation[];
}

const MODELLED = ['key', 'range_end', 'limit', 'count_only', 'keys_only', 'serializable'];
const NOTHING = Buffer.from('');
const FIELDS = { Version: 'version', Create: 'create_revision', Mod: 'mod_revision', Lease: 'lease' } as const;
const RESULTS = {
  Equal: (is: bigint, asked: bigint) => is === asked,
  NotEqual: (is: bigint, asked: bigint) => is !== asked,
  Greater: (is: bigint, asked: bigint) => is > asked,
  Less: (is: bigint, asked: bigint) => is < asked,
};

/** Whether a path is meant: one key, or all from it up to an end; an end of zero is behind everything. */
export function within({ key, range_end }: Range): (path: string) => boolean {
  const from = key.toString('latin1');
  if (range_end === undefined) return (path) => path === from;
  const end = range_end.toString('latin1');
  return end === '\0' ? (path) => path >= from : (path) => path >= from && path < end;
}

/** etcd's keys: each change, however many keys it touches, has one revision. Names are ASCII here, so that order is byte order. */
export class EtcdStore {
  readonly #keys: Map<string, Stored>;

  constructor(
    public revision: number,
    keys: Iterable<readonly [string, Stored]> = [],
    private readonly hasLease: (lease: string) => boolean = () => true,
    /** Told of each change. */
    private readonly changed: (events: readonly Event[]) => void = () => undefined,
  ) {
    this.#keys = new Map(keys);
  }

  get entries(): ReadonlyMap<string, Stored> {
    return this.#keys;
  }
  /** By key. */
  select(range: Range): Stored[] {
    return this.#paths(range)
      .sort()
      .map((path) => this.#keys.get(path)!);
  }

  range(asked: RangeRequest): { kvs: Stored[]; count: string; more: boolean } {
    const strange = Object.keys(asked).find((option) => !MODELLED.includes(option));
    if (strange) throw new Error(`${strange} of a range is not modelled`);
    if (asked.count_only) return { kvs: [], count: String(this.#paths(asked).length), more: false };
    const found = this.select(asked);
    const kvs = asked.limit ? found.slice(0, asked.limit) : found;
    const told = asked.keys_only ? kvs.map((stored) => ({ ...stored, value: NOTHING })) : kvs;
    return { kvs: told, count: String(found.length), more: kvs.length < found.length };
  }

  /** All or nothing. */
  transact({ compare = [], success = [], failure = [] }: Transaction): { succeeded: boolean; responses: object[] } {
    const succeeded = compare.every((each) => this.#holds(each));
    const operations = succeeded ? success : failure;
    const put = new Set<string>();
    for (const { request_put } of operations) {
      if (!request_put) continue;
      const path = request_put.key.toString('latin1');
      if (put.has(path)) throw REFUSALS.duplicateKey();
      put.add(path);
      if (request_put.lease && request_put.lease !== '0' && !this.hasLease(request_put.lease)) throw REFUSALS.leaseNotFound();
    }
    const events: Event[] = [];
    const responses = operations.map((each) => this.#operate(each, events));
    this.#commit(events);
    return { succeeded, responses };
  }
  /** By a lease that ends, or an administrator. */
  delete(paths: Iterable<string>): void {
    const events: Event[] = [];
    for (const path of paths) this.#remove(path, events);
    this.#commit(events);
  }

  #operate({ request_range, request_put, request_delete_range }: Operation, events: Event[]): object {
    if (request_range) return { response_range: this.range(request_range) };
    if (request_put) this.#put(request_put, events);
    if (request_put) return { response_put: { prev_kv: null } };
    const paths = request_delete_range ? this.#paths(request_delete_range) : [];
    paths.forEach((path) => this.#remove(path, events));
    return { response_delete_range: { deleted: String(paths.length), prev_kvs: [] } };
  }
  #put({ key, value, lease = '0' }: Put, events: Event[]): void {
    const path = key.toString('latin1');
    const before = this.#keys.get(path);
    const mod_revision = String(this.revision + 1);
    const create_revision = before?.create_revision ?? mod_revision;
    const version = String(Number(before?.version ?? 0) + 1);
    const kv = { key, value, create_revision, mod_revision, version, lease };
    this.#keys.set(path, kv);
    events.push({ type: 'Put', kv });
  }
  #remove(path: string, events: Event[]): void {
    const before = this.#keys.get(path);
    if (!before) return;
    this.#keys.delete(path);
    const gone = { value: NOTHING, create_revision: '0', version: '0', lease: '0' };
    events.push({ type: 'Delete', kv: { ...gone, key: before.key, mod_revision: String(this.revision + 1) } });
  }
  #commit(events: readonly Event[]): void {
    if (events.length === 0) return;
    this.revision++;
    this.changed(events);
  }
  /** What isn't there is zero; of a range every key is compared. */
  #holds({ key, range_end, target, result, ...operand }: Compare): boolean {
    const field = FIELDS[target];
    const asked = BigInt(operand[field] as string | number);
    const found = this.#paths({ key, range_end });
    if (found.length === 0) return RESULTS[result](0n, asked);
    return found.every((path) => RESULTS[result](BigInt(this.#keys.get(path)![field]), asked));
  }
  #paths(range: Range): string[] {
    if (range.range_end === undefined) {
      const path = range.key.toString('latin1');
      return this.#keys.has(path) ? [path] : [];
    }
    return [...this.#keys.keys()].filter(within(range));
  }
}
