import {
  EMPTY,
  type Observable,
  Subject,
  asyncScheduler,
  catchError,
  exhaustMap,
  filter,
  ignoreElements,
  interval,
  map,
  merge,
  share,
  switchMap,
  throwError,
} from 'rxjs';
import type { Cluster, Reading } from './cluster.js';
import { isOutOfReach, untilAnswered } from './patience.js';
import { type Queue, inOrder } from './queue.js';
import type { Told } from './session.js';
import { type Entry, type StoredKey, parse, prefixed } from './wire.js';

/** The queue of one key at one revision. */
export interface Snapshot {
  readonly queue: Queue;
  readonly revision: bigint;
  readonly life: number;
  /** Whether a linearizable answer told it; a watch may lag. */
  readonly proven: boolean;
}
export const queueOf = (directory: string, keys: readonly StoredKey[]): Queue =>
  inOrder(keys.flatMap((stored) => parse(directory, stored) ?? []));

/** Something that happened to one key: what it is since then, or that it is gone. */
interface Fact {
  readonly at: bigint;
  readonly entry: Entry | undefined;
}

/**
 * What is known of one key's queue, by every answer and every event, whichever comes first: it never goes back.
 *
 * A watch is a hint. Each time that one begins anew, the queue is read; from then on events continue it.
 */
export class View {
  /** Each snapshot, as it becomes known; while somebody listens, the key is watched. */
  readonly live$: Observable<Snapshot>;
  readonly #told = new Subject<Snapshot>();
  readonly #gap = new Subject<void>();
  /** What is known to have happened after the last reading. */
  readonly #ahead = new Map<string, Fact>();
  #entries = new Map<string, Entry>();
  #revision = -1n;
  #life: number | undefined;
  /** Revision from which on the watch tells everything, and whether the last reading came up to it. */
  #watched = 0n;
  #complete = false;
  #readAt = -Infinity;

  constructor(
    /** The key and a slash: what its queue stands under. */
    readonly directory: string,
    private readonly cluster: Pick<Cluster, 'agree' | 'reached'>,
    hints$: Observable<Told>,
    /** Told of every key that is seen to exist. */
    private readonly seen: (entry: Entry) => void = () => undefined,
  ) {
    const begun$ = hints$.pipe(filter((told) => this.#hear(told)));
    const read$ = merge(begun$, this.#gap).pipe(switchMap(() => this.read().pipe(untilAnswered())));
    this.live$ = merge(this.#told, read$.pipe(ignoreElements())).pipe(share());
  }

  /** One linearizable reading. */
  read(): Observable<Queue> {
    return this.cluster
      .agree(({ kv }, options) => kv.range(prefixed(this.directory), options))
      .pipe(map((reading) => this.take(reading, reading.answer.kvs)));
  }
  /** Reads at least this often while it is subscribed, whoever else does; says nothing. */
  confirm(every: number): Observable<never> {
    const pause = every * (0.8 + 0.2 * Math.random());
    return interval(pause).pipe(
      filter(() => asyncScheduler.now() - this.#readAt > pause / 2),
      exhaustMap(() => this.read().pipe(catchError((error: unknown) => (isOutOfReach(error) ? EMPTY : throwError(() => error))))),
      ignoreElements(),
    );
  }

  /** Takes in what a linearizable answer says of the queue. */
  take({ revision, life }: Pick<Reading<unknown>, 'revision' | 'life'>, keys: readonly StoredKey[]): Queue {
    const read = queueOf(this.directory, keys);
    const known = this.#life ?? life;
    const stale = life < known || (life === known && revision < this.#revision);
    if (!stale) {
      if (life > known) this.#ahead.clear();
      [this.#life, this.#entries] = [life, new Map(read.map((entry) => [entry.path, entry]))];
      this.#complete = life === known && revision >= this.#watched;
      this.#advance(revision);
      this.#ahead.forEach((fact, path) => this.#apply(path, fact));
      if (life > known) this.#gap.next(); // events of the new life may have come before we knew of it
    }
    read.forEach(this.seen);
    this.#readAt = asyncScheduler.now();
    this.#tell(!stale);
    return read;
  }

  /** Takes in one write of our own: answered, but perhaps not yet told by the watch. */
  learn(path: string, at: bigint, entry?: Entry): void {
    if (at <= this.#revision) return;
    this.#note(path, { at, entry });
    this.#tell(false);
  }

  /** Whether a watch has begun anew; takes in events. */
  #hear({ header, events }: Told): boolean {
    if (events.length === 0) {
      [this.#watched, this.#complete] = [BigInt(header.revision), false];
      return true;
    }
    this.cluster.reached(header);
    const news = events.map(({ type, kv }) => ({ type, kv, at: BigInt(kv.mod_revision) })).filter(({ at }) => at > this.#revision);
    for (const { type, kv, at } of news) {
      const entry = parse(this.directory, kv);
      if (!entry) continue;
      this.#note(entry.path, { at, entry: type === 'Delete' ? undefined : entry });
      if (type !== 'Delete') this.seen(entry);
    }
    if (this.#complete) this.#advance(news.reduce((latest, { at }) => (at > latest ? at : latest), this.#revision));
    this.#tell(false);
    return false;
  }

  /** What is known up to a revision needs no fact before it. */
  #advance(revision: bigint): void {
    this.#revision = revision;
    this.#ahead.forEach((fact, path) => fact.at <= revision && this.#ahead.delete(path));
  }
  #note(path: string, fact: Fact): void {
    if ((this.#ahead.get(path)?.at ?? -1n) > fact.at) return;
    this.#ahead.set(path, fact);
    this.#apply(path, fact);
  }
  #apply(path: string, { entry }: Fact): void {
    if (entry) this.#entries.set(path, entry);
    else this.#entries.delete(path);
  }
  #tell(proven: boolean): void {
    if (this.#life === undefined) return;
    this.#told.next({ queue: inOrder(this.#entries.values()), revision: this.#revision, life: this.#life, proven });
  }
}
