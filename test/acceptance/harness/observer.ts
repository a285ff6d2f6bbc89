import { Etcd3, type IKeyValue, type Watcher } from 'etcd3';
import { until } from '../../servers/until.js';
import { now } from './clock.js';

export interface Note {
  readonly type: 'put' | 'delete';
  readonly key: string;
  /** When we heard of it, by {@link now}: never before it happened. */
  readonly at: number;
  readonly revision: bigint;
}

/** Watches a store from beside the network faults, with a client that knows nothing of this library. */
export class Observer {
  readonly notes: Note[] = [];

  private constructor(
    private readonly client: Etcd3,
    private readonly watcher: Watcher,
    onNote: (note: Note) => unknown,
  ) {
    const note = (type: Note['type']) => (entry: IKeyValue) => {
      const noted = { type, key: entry.key.toString(), at: now(), revision: BigInt(entry.mod_revision) };
      this.notes.push(noted);
      onNote(noted);
    };
    watcher.on('put', note('put')).on('delete', note('delete'));
    watcher.on('error', () => undefined);
  }

  /** Sees what begins with `prefix` from now on. */
  static async of(host: string, prefix: string, onNote: (note: Note) => unknown = () => undefined): Promise<Observer> {
    const client = new Etcd3({ hosts: host });
    return new Observer(client, await client.watch().prefix(prefix).create(), onNote);
  }

  /** The first deletion of a key below `key`, of what was there or came after `since`. */
  gone(key: string, since = -Infinity, timeout = 20_000): Promise<Note> {
    return this.#until(`nothing below ${key} was deleted`, 'delete', key, since, timeout);
  }
  put(key: string, since = -Infinity, timeout = 20_000): Promise<Note> {
    return this.#until(`nothing below ${key} was put`, 'put', key, since, timeout);
  }
  /** The deletion of the one key that has this nonce. */
  goneClaim(nonce: string): Promise<Note> {
    return until(`${nonce} was not deleted`, () => this.notes.find(({ type, key }) => type === 'delete' && key.includes(nonce)));
  }
  async close(): Promise<void> {
    await this.watcher.cancel();
    this.client.close();
  }

  #until(what: string, type: Note['type'], key: string, since: number, timeout: number): Promise<Note> {
    return until(
      what,
      () => this.notes.find((note) => note.type === type && note.key.startsWith(`${key}/`) && note.at >= since),
      timeout,
    );
  }
}
