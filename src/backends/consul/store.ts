import { type Observable, defer, lastValueFrom, map } from 'rxjs';
import type { Answer, Client } from './client.js';
import { type Operation, encoded } from './transaction.js';
import { type Entry, type RawEntry, entryOf } from './wire.js';

/** How long a blocking query waits for a change. Consul adds up to a sixteenth, and keeps it open as long when we leave. */
export const WAIT = 10_000;
const WAIT_TIMEOUT = (WAIT * 17) / 16 + 2_000;
/** A read is repeated soon enough to be short. */
export const READ_TIMEOUT = 2_000;

/** What an answer showed. */
export interface Reading {
  readonly entries: readonly Entry[];
  /** The store's index for it; where Consul tells none, the largest in it: it is as late as that, or later. */
  readonly index: number;
  /** The turn in which it was asked for: what was asked for later than another answer came shows at least as much. */
  readonly asked: number;
}

/** Consul's key/value store. Every read is consistent: a default one may still show the holder before the last. */
export class Store {
  #turn = 0;

  constructor(private readonly client: Client) {}

  /** Counts questions and answers. */
  turn(): number {
    return ++this.#turn;
  }

  /** All of it or nothing. A promise, for nobody cancels a write: an answer tells more than silence. */
  async transact(operations: readonly Operation[], timeout: number): Promise<Reading> {
    const asked = this.turn();
    return {
      ...transacted(await lastValueFrom(this.client.call({ method: 'PUT', path: '/txn', body: encoded(operations), timeout }))),
      asked,
    };
  }

  /** Everything under up to 64 folders, of one moment. What a token may not read is missing, unsaid. */
  trees(folders: readonly string[]): Observable<Reading> {
    const body = encoded(folders.map((key) => ({ verb: 'get-tree', key })));
    const call = { method: 'PUT', path: '/txn', query: { consistent: '' }, body, timeout: READ_TIMEOUT } as const;
    return this.#asked(this.client.call(call).pipe(map(transacted)));
  }

  /** One key, or all that begin with it; from an index on when that has been passed, or after `WAIT`. */
  read(key: string, { recurse, index = 0 }: { recurse: boolean; index?: number }): Observable<Reading> {
    const query = { consistent: '', ...(recurse && { recurse: '' }), ...(index > 0 && { index: String(index), wait: `${WAIT}ms` }) };
    const timeout = index > 0 ? WAIT_TIMEOUT : READ_TIMEOUT;
    const call = { method: 'GET', path: `/kv/${encodeURIComponent(key)}`, query, timeout, missing: [] } as const;
    return this.#asked(this.client.call(call).pipe(map(({ body, index }) => ({ entries: (body as RawEntry[]).map(entryOf), index }))));
  }

  #asked(answer$: Observable<Omit<Reading, 'asked'>>): Observable<Reading> {
    return defer(() => {
      const asked = this.turn();
      return answer$.pipe(map((reading) => ({ ...reading, asked })));
    });
  }
}

function transacted({ body }: Answer): Omit<Reading, 'asked'> {
  const { Results } = body as { Results: { KV: RawEntry }[] | null };
  const told = (Results ?? []).map(({ KV }) => entryOf(KV));
  const entries = [...new Map(told.map((entry) => [entry.key, entry])).values()]; // what is written comes back without its value, what is read later with it
  return { entries, index: Math.max(0, ...entries.map(({ modifyIndex }) => modifyIndex)) };
}
