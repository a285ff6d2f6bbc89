import {
  type Observable,
  asapScheduler,
  concat,
  defer,
  filter,
  ignoreElements,
  map,
  merge,
  of,
  repeat,
  retry,
  subscribeOn,
  take,
  throwError,
  timer,
} from 'rxjs';
import { type Clock, type Instant, elapsed, instant } from './clock.js';
import { isTenureError } from './errors.js';
import type { LeaseRef, Release } from './types.js';

interface LeaseOptions {
  margin: number;
  scheduler: Clock;
  /** When the grant was asked for. */
  sent?: Instant;
}

/** A proof of life: one object from grant to loss, its deadline moves inside. */
export class Lease implements LeaseRef {
  readonly id: string;
  /** Milliseconds, as granted. */
  readonly ttl: number;
  /** Milliseconds before the store's end of it at which we stop believing. */
  readonly margin: number;
  /** The last failure of a renewal: evidence, not a verdict. */
  doubt: unknown;
  readonly #clock: Clock;
  #sent: Instant;
  #asked: Instant;
  #over = false;

  constructor({ id, ttl }: LeaseRef, { margin, scheduler, sent = instant(scheduler) }: LeaseOptions) {
    [this.id, this.ttl, this.margin, this.#clock] = [id, ttl, margin, scheduler];
    [this.#sent, this.#asked] = [sent, sent];
  }

  /** Milliseconds for which it may still be believed. Latches at 0: once passed, it stays passed. */
  remaining(): number {
    const left = this.#over ? 0 : Math.max(0, this.ttl - elapsed(this.#sent, this.#clock) - this.margin);
    this.#over = left === 0;
    return left;
  }
  isCurrent(): boolean {
    return this.remaining() > 0;
  }
  /** Long enough to begin something: the margin once more, or half of what a renewal gives where that is less. */
  isFresh(): boolean {
    return this.isCurrent() && this.remaining() >= Math.min(this.margin, (this.ttl - this.margin) / 2);
  }

  /** When the last confirmed renewal was sent. */
  get confirmedAt(): Instant {
    return this.#sent;
  }
  /** Notes that a renewal is being sent: from now on the store may keep the lease that much longer. */
  asking(): Instant {
    return (this.#asked = instant(this.#clock));
  }
  /** Counts a renewal from when it was *sent*; a late or overtaken answer moves nothing. */
  confirm(sent: Instant): boolean {
    if (this.isCurrent() && sent.mono > this.#sent.mono) this.#sent = sent;
    return this.isCurrent();
  }
  /** The store said that it is gone. */
  end(): void {
    this.#over = true;
  }

  /** Milliseconds until the store has ended it, if no renewal reaches it: a bound for waiting, never for believing. */
  expiresIn(): number {
    return this.ttl - (this.#clock.now() - this.#asked.mono); // a wall that jumps ends no lease
  }
  /**
   * A release that goes a turn later, never inside an unsubscribe, and is tried again until it is confirmed or the store
   * has ended the lease, even if an answer hangs. Others may keep renewing a shared one, so the end moves.
   *
   * @returns Which of the two it was, once. @throws as a notification what a retry can't mend: the store keeps it as long as the lease.
   */
  giveUp(release: Observable<unknown>): Observable<Release> {
    const fatal = (error: unknown) => isTenureError(error) && !error.retryable;
    const again = (error: unknown) => (fatal(error) ? throwError(() => error) : timer(this.ttl / 10, this.#clock));
    const ended = defer(() => timer(Math.max(0, this.expiresIn()), this.#clock)).pipe(
      repeat(),
      filter(() => this.expiresIn() <= 0),
    );
    const released = release.pipe(subscribeOn(asapScheduler), retry({ delay: again }), ignoreElements());
    return merge(concat(released, of<Release>('released')), ended.pipe(map((): Release => 'expired'))).pipe(take(1));
  }
}
