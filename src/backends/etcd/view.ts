import {
  EMPTY,
  type Observable,
  Subject,
  catchError,
  defer,
  filter,
  ignoreElements,
  map,
  merge,
  mergeMap,
  repeat,
  share,
  switchMap,
  throwError,
  timer,
} from 'rxjs';
import type { Cluster, Reading } from './cluster.js';
import { Known } from './known.js';
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
  /** The holder, where it is known who came before; the queue may show who has gone, and not yet who is next. */
  readonly first: Entry | undefined;
}
export const queueOf = (directory: string, keys: readonly StoredKey[]): Queue =>
  inOrder(keys.flatMap((stored) => parse(directory, stored) ?? []));

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
  readonly #known: Known;
  #readAt = -Infinity;

  constructor(
    /** The key and a slash: what its queue stands under. */
    readonly directory: string,
    private readonly cluster: Pick<Cluster, 'agree' | 'reached'>,
    hints$: Observable<Told>,
    /** Told of every key that is seen to exist. */
    private readonly seen: (entry: Entry) => void = () => undefined,
  ) {
    this.#known = new Known(directory);
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
    const pause = every * (0.7 + 0.2 * Math.random()); // so that the answer has come by then
    return defer(() => {
      let askedAt = performance.now();
      const due = () => Math.max(0, Math.max(askedAt, this.#readAt) + pause - performance.now());
      const ask = () => {
        askedAt = performance.now();
        return this.read().pipe(catchError((error: unknown) => (isOutOfReach(error) ? EMPTY : throwError(() => error))));
      };
      return defer(() => timer(due())).pipe(
        mergeMap(() => (due() > 0 ? EMPTY : ask())),
        repeat(),
        ignoreElements(),
      );
    });
  }

  /** Takes in what a linearizable answer says of the queue. */
  take({ revision, life }: Pick<Reading<unknown>, 'revision' | 'life'>, keys: readonly StoredKey[]): Queue {
    const queue = queueOf(this.directory, keys);
    const told = this.#known.read(queue, revision, life);
    if (told === 'another life') this.#gap.next(); // its first events may have come before we knew of it
    queue.forEach(this.seen);
    this.#readAt = performance.now();
    this.#tell(told !== 'past');
    return queue;
  }
  /** Takes in one write of our own: answered, but perhaps not yet told by the watch. */
  learn(path: string, at: bigint, entry?: Entry): void {
    this.#known.learn({ path, at, entry });
    this.#tell(false);
  }
  /** Takes in events; whether a watch has begun instead. */
  #hear({ header, events }: Told): boolean {
    if (events.length === 0) {
      this.#known.begin(BigInt(header.revision));
      return true;
    }
    this.cluster.reached(header);
    this.#known.happened(events).forEach(this.seen);
    this.#tell(false);
    return false;
  }
  /** What is known by now; undefined before the first reading. */
  get now(): Omit<Snapshot, 'proven'> | undefined {
    const { queue, revision, life, first } = this.#known;
    return life === undefined ? undefined : { queue, revision, life, first };
  }
  #tell(proven: boolean): void {
    if (this.now) this.#told.next({ ...this.now, proven });
  }
}
