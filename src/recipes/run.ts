import { BehaviorSubject, EMPTY, type Observable, type Subscription, defer, ignoreElements } from 'rxjs';
import { Pending } from '../core/pending.js';
import type { Order } from '../operators/whenRunning.js';

const STAND: Order = { running: true, after: EMPTY };
const STAY: Order = { running: false, after: EMPTY };

/** Start, stop and stepDown, and the ledger of releases that they wait for. */
export class Run {
  /** Entered by each attempt before its first request, left when nothing of it is in the store. */
  readonly releases = new Pending();
  readonly #order$ = new BehaviorSubject(STAND);
  /** Told to stand whenever somebody subscribes to an idle election, whatever was said before. */
  readonly orders$: Observable<Order> = defer(() => {
    this.#order$.next(STAND);
    return this.#order$;
  });
  #started: Subscription | undefined;

  /** Counts as one subscriber; its fatal error is told in `events$`. */
  start(campaign$: Observable<unknown>): void {
    if (!this.#order$.value.running) this.#order$.next(STAND);
    if (this.#started?.closed ?? true) this.#started = campaign$.subscribe({ error: () => undefined });
  }

  /** Everybody sees null and stays. */
  stop(): Observable<unknown> {
    this.#order$.next(STAY);
    this.#started?.unsubscribe();
    return this.releases.settled;
  }

  /** Stands again when the release has ended: at the end of the queue. */
  stepDown(): Observable<unknown> {
    this.#order$.next({ running: true, after: this.releases.settled.pipe(ignoreElements()) });
    return this.releases.settled;
  }
}
