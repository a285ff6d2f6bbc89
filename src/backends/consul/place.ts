import { BehaviorSubject, type Observable } from 'rxjs';
import { Pending } from '../../core/pending.js';
import { request } from '../../core/request.js';
import type { Claim, LeaseRef } from '../../core/types.js';
import type { Reading, Store } from './store.js';
import type { Operation } from './transaction.js';
import { isUnclear } from './translate.js';
import { type Entry, type Queue, lockOf, nameOf } from './wire.js';

/** Longest wait for the answer to a write, in milliseconds. */
const WRITE_TIMEOUT = 5_000;

/** What this process knows of one claim: where it stands, and what may still come of its writes. */
export class Place {
  /** Of the queue key, and the value of the `.lock` that it holds. */
  readonly name: string;
  readonly key: string;
  readonly lock: string;
  readonly timeout: number;
  /** Whether an answer has shown the queue key. */
  readonly standing$ = new BehaviorSubject(false);
  /** ModifyIndex of `.lock`, while it is known to be ours. */
  token: number | undefined;
  #givenBack: number | undefined;
  /** Whether any of our writes may be in the store. */
  touched = false;
  #doubts = 0;
  /** Until when a write of unclear outcome is on its way as far as we know; undefined: every outcome is known. */
  unclearUntil: number | undefined;
  /** Writes under way. */
  readonly writes = new Pending();
  /** Withdrawals under way. */
  readonly leaving = new Pending();
  /** What it announces. */
  value = '';
  /** Updates go one after another. */
  updating: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly store: Pick<Store, 'transact'>,
    readonly folder: string,
    readonly lease: LeaseRef,
    readonly claim: Pick<Claim, 'key' | 'nonce' | 'id'>,
  ) {
    this.name = nameOf(lease, claim);
    [this.key, this.lock] = [folder + this.name, lockOf(folder)];
    this.timeout = Math.min(lease.ttl / 2, WRITE_TIMEOUT);
  }

  /** Our own queue key. */
  in({ claims }: Queue): Entry | undefined {
    return claims.find(({ key }) => key === this.key);
  }
  /** The `.lock` that names us. */
  held({ lock }: Queue): Entry | undefined {
    return lock?.session === this.lease.id && lock.value === this.name ? lock : undefined;
  }
  /** Whether it is the one that we gave back, or tried to: an answer that shows it may be older than that. */
  gaveBack({ modifyIndex }: Entry): boolean {
    return modifyIndex === this.#givenBack;
  }

  /** One transaction. What becomes of it is noted whether or not anybody still waits for it. */
  write(operations: readonly Operation[]): Observable<Reading> {
    return request(async () => {
      const left = this.writes.enter();
      const creating = operations.some(({ verb }) => verb === 'lock'); // what removes or compares does no harm when it comes late
      this.touched = true;
      this.#givenBack = operations.find(({ verb, key }) => verb === 'check-index' && key === this.lock)?.index ?? this.#givenBack;
      try {
        const reading = await this.store.transact(operations, this.timeout);
        operations.forEach((operation) => this.#note(operation, reading));
        return reading;
      } catch (error) {
        if (creating && isUnclear(error))
          [this.#doubts, this.unclearUntil] = [this.#doubts + 1, performance.now() + this.#left(error)];
        throw error;
      } finally {
        left();
      }
    });
  }

  /** A read has shown what no answer had told: one of the unclear writes has arrived. */
  resolve(): void {
    this.#doubts = Math.max(0, this.#doubts - 1);
    if (this.#doubts === 0) this.unclearUntil = undefined;
  }

  /** How long the request may still take: one that was cut off may have been sent just now. */
  #left(error: unknown): number {
    return (error as { isTimeout?: boolean }).isTimeout ? 0 : this.timeout;
  }
  #note({ verb, key }: Operation, { entries }: Reading): void {
    if (key === this.key && verb === 'lock') this.standing$.next(true);
    if (key === this.lock && verb === 'lock') this.token = entries.find((entry) => entry.key === key)?.modifyIndex;
    if (key === this.lock && verb === 'delete') this.token = undefined;
  }
}
