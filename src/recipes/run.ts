import { BehaviorSubject, EMPTY, type Observable, type Subscription, catchError, defer, ignoreElements } from 'rxjs';
import { Pending } from '../core/pending.js';
import type { Order } from '../operators/whenRunning.js';

const STAND: Order = { running: true, after: EMPTY };
const STAY: Order = { running: false, after: EMPTY };

/** Start, stop and stepDown, and the ledger of releases that they wait for. */
export class Run {
  /** Entered by each attempt before its first request, left when nothing of it is in the store. */
  readonly releases = new Pending();
  /** Of what is entered by now: a campaign that stands meanwhile is not waited for. What the store refuses to release ends with its ttl. */
  readonly #released$: Observable<never> = this.releases.left().pipe(
    ignoreElements(),
    catchError(() => EMPTY),
  );
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
  /** The campaign ended for good: told before anybody else hears of it, so that whoever does may start another. */
  failed(): void {
    this.#started = undefined;
  }

  /** Everybody sees null and stays. */
  stop(): Observable<never> {
    this.#order$.next(STAY);
    this.#started?.unsubscribe();
    return this.#released$;
  }

  /** Stands again when the release has ended: at the end of the queue. */
  stepDown(): Observable<never> {
    this.#order$.next({ running: true, after: this.#released$ });
    return this.#released$;
  }
}
