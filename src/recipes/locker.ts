import { type Observable, type ObservableInput, lastValueFrom } from 'rxjs';
import { InvalidOptionsError } from '../core/errors.js';
import { type LockOptions, type LockerOptions, TIMING, known, segment } from '../core/options.js';
import type { Tenure } from '../core/tenure.js';
import type { Backend, Leader, Release } from '../core/types.js';
import { locks } from './locks.js';

/** Locks by id, under one name, on one lease. */
export interface Locker {
  /** Waits its turn; the subscription holds it. Loss is an error. */
  lock(id: string | number, options?: LockOptions): Observable<Tenure>;
  /** `HELD` at once when taken or waited for. */
  tryLock(id: string | number, options?: Omit<LockOptions, 'timeout'>): Observable<Tenure>;
  /** Runs `work` once under the lock; its end is told after the release. */
  withLock<R>(id: string | number, work: (tenure: Tenure) => ObservableInput<R>, options?: LockOptions): Observable<R>;
  /** Whoever holds it, now and on change. Only watches. */
  holder$(id: string | number): Observable<Leader | null>;
  /**
   * Gives up what this locker holds or waits for under `id`: its subscribers get `CLAIM_LOST`.
   *
   * Resolves with `released` when the store has confirmed it, or with `expired` when the store was out of reach until the
   * ttl had run out there. What is locked meanwhile is not waited for. Rejects with `DENIED` when the store refuses: then the
   * key stays as long as the lease.
   */
  release(id: string | number): Promise<Release>;
  /** Gives up everything, and the lease; settles like `release`. A later lock opens a new lease. */
  close(): Promise<Release>;
}

/**
 * Locks that tell the truth: a subscription holds one, and its loss is an error.
 *
 *     lock('a')   --T---------#      waits its turn; a loss is told a margin before the store lets anybody else in
 *     lock('a')   --------T---       another subscriber, in line behind the first; unsubscribing releases
 *
 * Every subscription is a claim of its own, inside one locker too: callers queue, first come, first served. Until it holds,
 * a retryable failure is another attempt, within `timeout`.
 *
 * @example Write a file from one process at a time
 * ```ts
 * const files = locker(backend, { name: 'files' });
 * files.withLock('report', (tenure) => write('report.csv', tenure.token)).subscribe();
 * ```
 *
 * @param options Durations are in milliseconds. The lease stays for one ttl after the last lock, or until `close()`.
 * @throws {InvalidOptionsError}, {UnsupportedError} at once; everything else as a notification.
 */
export function locker(backend: Backend, options: LockerOptions = {}): Locker {
  known('locker', options, ['name', ...TIMING]);
  const { name, ...timing } = options;
  if (name === '') throw new InvalidOptionsError('name must not be empty: leave it out to lock by id alone.');
  const { lock, tryLock, withLock, holder$, release, close } = locks(backend, timing);
  const keyOf = (id: string | number) => [...(name === undefined ? [] : [name]), segment(id)].join('/');

  return {
    lock: (id, options) => lock(keyOf(id), options),
    tryLock: (id, options) => tryLock(keyOf(id), options),
    withLock: (id, work, options) => withLock(keyOf(id), work, options),
    holder$: (id) => holder$(keyOf(id)),
    release: (id) => lastValueFrom(release(keyOf(id))),
    close: () => lastValueFrom(close()),
  };
}
