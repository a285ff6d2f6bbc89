import { EMPTY, NEVER, type Observable, type ObservableInput, from, takeUntil } from 'rxjs';
import type { Lease } from './lease.js';
import { Pending } from './pending.js';
import type { ClaimKind, ClaimRef, TenureRef } from './types.js';

/** The attempt that a tenure came from. */
export interface Attempt extends ClaimRef {
  /** What was proclaimed since the claim was made. */
  announced?: string;
  /** Completes when the store holds nothing of the claim any more. */
  readonly released?: Observable<unknown>;
  /** Emits, also to those who come later, when the key is being given back: nothing is waited for any more. */
  readonly over?: Observable<unknown>;
}

/**
 * The time during which our claim holds the key: a live object, asked at the point of use.
 *
 * Send `token` with every write and let the store refuse an older one: a process may be paused right after it looked.
 */
export class Tenure implements TenureRef {
  readonly key: string;
  readonly id: string;
  readonly nonce: string;
  readonly kind: ClaimKind;
  /** For fencing: strictly greater for every later tenure of the key. */
  readonly token: bigint;
  readonly lease: Lease;
  readonly #work = new Pending();
  readonly #value: string;
  readonly #attempt: Partial<Attempt>;
  #abort: AbortController | undefined;
  #reason: unknown;
  #ended = false;

  constructor(
    { key, id, nonce, kind = 'exclusive', value, token }: Omit<TenureRef, 'lease'>,
    lease: Lease,
    attempt: Partial<Attempt> = {},
  ) {
    [this.key, this.id, this.nonce, this.kind, this.token] = [key, id, nonce, kind, token];
    [this.#value, this.lease, this.#attempt] = [value, lease, attempt];
  }

  /** What the holder announces: the last proclaimed. */
  get value(): string {
    return this.#attempt.announced ?? this.#value;
  }
  isCurrent(): boolean {
    return !this.#ended && this.lease.isCurrent();
  }
  /** Milliseconds for which it may still be believed. */
  remaining(): number {
    return this.#ended ? 0 : this.lease.remaining();
  }
  /** Aborts when the tenure ends, before the work that it feeds is unsubscribed. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (!this.isCurrent()) this.#abort.abort(this.#reason);
    return this.#abort.signal;
  }
  /**
   * The key is kept, on resigning, until `work` has settled, at most `grace`. After a loss nothing can be kept. An observable is
   * subscribed here, and unsubscribed when nothing is waited for any more.
   */
  waitUntil(work: ObservableInput<unknown>): void {
    this.#work.add(from(work).pipe(takeUntil(this.#attempt.over ?? NEVER)));
  }
  /** Emits once when everything given to `waitUntil` has settled. */
  get settled(): Observable<unknown> {
    return this.#work.settled;
  }

  /** Ends it: not current, signal aborted. The operators call it; the first call counts. */
  end(reason?: unknown): void {
    if (this.#ended) return;
    [this.#ended, this.#reason] = [true, reason];
    this.#abort?.abort(reason);
  }
  /** Emits once, or only completes, when the store holds nothing of its claim any more. Fails when the store refuses. */
  get released(): Observable<unknown> {
    return this.#attempt.released ?? EMPTY;
  }

  toJSON(): { key: string; id: string; value: string; token: string } {
    return { key: this.key, id: this.id, value: this.value, token: String(this.token) };
  }
}
