import type { IEvent } from 'etcd3';
import { type Queue, inOrder } from './queue.js';
import { type Entry, parse } from './wire.js';

/** Something that happened to one key: what it is since then, or that it is gone. */
interface Fact {
  readonly at: bigint;
  readonly entry: Entry | undefined;
}

/** All that is known of one key's queue, from readings, events and writes of our own in any order: it never goes back. */
export class Known {
  #entries = new Map<string, Entry>();
  #revision = -1n;
  #first: Entry | undefined;
  #life: number | undefined;
  /** What is known to have happened after the last reading. */
  readonly #ahead = new Map<string, Fact>();
  /** Revision after which the watch tells everything, up to which it has told it, and whether a reading has come up to the first. */
  #watched = 0n;
  #heard = 0n;
  #complete = false;

  constructor(private readonly directory: string) {}

  get revision(): bigint {
    return this.#revision;
  }
  /** Undefined before the first reading. */
  get life(): number | undefined {
    return this.#life;
  }
  get queue(): Queue {
    return inOrder(this.#entries.values());
  }
  /** Who held the key when all of it was last known, unless they have gone since: then it may be anybody. */
  get first(): Entry | undefined {
    const now = this.#entries.get(this.#first?.path ?? '');
    return now?.created === this.#first?.created ? now : undefined; // else it has gone, and come again
  }

  /** A watch has begun: what happened between the last one and this revision was told by nobody. */
  begin(revision: bigint): void {
    [this.#watched, this.#heard, this.#complete] = [revision, revision, false];
  }
  /** What a reading makes of it: nothing new, what is there now, or the first sight of another life of the store. */
  read(queue: Queue, revision: bigint, life: number): 'past' | 'present' | 'another life' {
    const known = this.#life ?? life;
    if (life < known || (life === known && revision < this.#revision)) return 'past';
    if (life > known) {
      this.#ahead.clear();
      this.#heard = 0n;
    }
    [this.#life, this.#entries] = [life, new Map(queue.map((entry) => [entry.path, entry]))];
    this.#complete = life === known && revision >= this.#watched;
    this.#advance(revision);
    this.#lead(queue);
    this.#ahead.forEach((fact, path) => this.#apply(path, fact));
    if (this.#complete && this.#heard > revision) this.#advance(this.#heard);
    if (this.#ahead.size === 0) this.#lead(this.queue);
    return life > known ? 'another life' : 'present';
  }
  /** What happened, as a watch tells it; returns the claims that are there since. */
  happened(events: readonly IEvent[]): Entry[] {
    const came: Entry[] = [];
    for (const { type, kv } of events) {
      const [at, entry] = [BigInt(kv.mod_revision), parse(this.directory, kv)];
      if (at <= this.#revision) continue;
      if (at > this.#heard) this.#heard = at;
      if (entry) this.learn({ path: entry.path, at, entry: type === 'Delete' ? undefined : entry });
      if (entry && type !== 'Delete') came.push(entry);
    }
    if (this.#complete && this.#heard > this.#revision) this.#advance(this.#heard);
    if (this.#ahead.size === 0) this.#lead(this.queue);
    return came;
  }
  /** One thing that happened, whatever else did. */
  learn({ path, ...fact }: Fact & { readonly path: string }): void {
    if (fact.at <= (this.#ahead.get(path)?.at ?? this.#revision)) return;
    this.#ahead.set(path, fact);
    this.#apply(path, fact);
  }

  #lead([first]: Queue): void {
    this.#first = first;
  }
  /** What is known up to a revision needs no fact before it. */
  #advance(revision: bigint): void {
    this.#revision = revision;
    this.#ahead.forEach((fact, path) => fact.at <= revision && this.#ahead.delete(path));
  }
  #apply(path: string, { entry }: Fact): void {
    if (entry) this.#entries.set(path, entry);
    else this.#entries.delete(path);
  }
}
