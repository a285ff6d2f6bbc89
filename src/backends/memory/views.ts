import {
  EMPTY,
  Observable,
  Subject,
  catchError,
  defer,
  ignoreElements,
  interval,
  mergeMap,
  repeat,
  startWith,
  take,
  throwError,
  timer,
} from 'rxjs';
import { isTenureError } from '../../core/errors.js';
import type { Clock } from '../../core/clock.js';
import { RETRY } from './client.js';
import type { Network } from './network.js';
import { type Queue, isOlder } from './queue.js';
import type { MemoryStore } from './store.js';

/** A queue as one client knows it: proven by an answer of the store, or only a notification, which is a hint. */
export interface Seen {
  readonly queue: Queue;
  readonly proven: boolean;
}

interface View {
  latest: Seen | undefined;
  readonly seen$: Subject<Seen>;
  users: number;
  readonly leave: () => void;
}

interface ViewsOptions {
  readonly store: MemoryStore;
  readonly network: Network;
  readonly scheduler: Clock;
  readonly timeout: number;
  /** Called with whatever the store shows, before anybody else hears of it. */
  readonly shown: (queue: Queue) => void;
}

/**
 * What a client knows of each key that it looks at. Every answer and every notification goes through here, in the order of the
 * store's revisions, so that no stream of this client tells the past after another one told the future.
 */
export class Views {
  readonly #views = new Map<string, View>();
  readonly #options: ViewsOptions;

  constructor(options: ViewsOptions) {
    this.#options = options;
  }

  latest(key: string): Queue | undefined {
    return this.#views.get(key)?.latest?.queue;
  }

  /** The latest that is known, if anything is, and what comes; the store tells of changes while anybody follows. */
  follow(key: string): Observable<Seen> {
    return new Observable((subscriber) => {
      const view = this.#views.get(key) ?? this.#open(key);
      view.users++;
      subscriber.add(() => this.#leave(key, view));
      if (view.latest) subscriber.next(view.latest);
      subscriber.add(view.seen$.subscribe(subscriber));
    });
  }

  /** One linearizable read. */
  read(key: string): Observable<Queue> {
    const { store, network, timeout } = this.#options;
    const arrived = (queue: Queue) => this.receive({ queue, proven: true });
    return network.call({ verb: 'read', key, timeout, effect: () => store.read(key), arrived });
  }
  /** The same, until it is answered: one that hangs must not hold up the next. */
  readUntilAnswered(key: string): Observable<Queue> {
    const unanswered = (error: unknown) => (isTenureError(error) && error.retryable ? EMPTY : throwError(() => error));
    return interval(RETRY, this.#options.scheduler).pipe(
      startWith(0),
      mergeMap(() => this.read(key).pipe(catchError(unanswered))),
      take(1),
    );
  }
  /** Reads again and again, for notifications may be lost; what it finds goes to those who follow. */
  keepReading(key: string, every: number): Observable<Queue> {
    return defer(() => timer(every, this.#options.scheduler)).pipe(
      mergeMap(() => this.readUntilAnswered(key)),
      repeat(),
    );
  }
  /** Keeps a key followed, for what will be asked later. */
  keepFollowing(key: string): Observable<never> {
    return this.follow(key).pipe(ignoreElements());
  }

  receive({ queue, proven }: Seen): void {
    this.#options.shown(queue);
    const view = this.#views.get(queue.key);
    if (!view) return;
    const { latest } = view;
    if (latest && isOlder(queue, latest.queue)) return;
    const news = !latest || isOlder(latest.queue, queue) || (proven && !latest.proven);
    view.latest = { queue, proven: proven || (!news && latest.proven) };
    if (news) view.seen$.next(view.latest);
  }

  #open(key: string): View {
    const { store, network } = this.#options;
    const changed = (queue: Queue) => void network.notify(key).subscribe(() => this.receive({ queue, proven: false }));
    const view: View = { latest: undefined, seen$: new Subject<Seen>(), users: 0, leave: store.watch(key, changed) };
    this.#views.set(key, view);
    return view;
  }
  #leave(key: string, view: View): void {
    if (--view.users > 0) return;
    view.leave();
    this.#views.delete(key);
  }
}
