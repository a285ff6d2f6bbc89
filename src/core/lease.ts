import { type Observable, EMPTY, asapScheduler, retry, subscribeOn, timer } from 'rxjs';
import { type Clock, type Instant, elapsed, instant } from './clock.js';
import { isTenureError } from './errors.js';
import type { LeaseRef } from './types.js';

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
    return this.remaining() >= Math.min(this.margin, (this.ttl - this.margin) / 2);
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
    return this.ttl - elapsed(this.#asked, this.#clock);
  }
  /**
   * A release that goes a turn later, never inside an unsubscribe, and is tried again until it is confirmed or the store
   * has ended the lease. Others may keep renewing a shared one, so the end is looked up at each failure.
   */
  giveUp(release: Observable<unknown>): Observable<unknown> {
    const again = (error: unknown) =>
      this.expiresIn() > 0 && (!isTenureError(error) || error.retryable) ? timer(this.ttl / 10, this.#clock) : EMPTY;
    return release.pipe(subscribeOn(asapScheduler), retry({ delay: again }));
  }
}
