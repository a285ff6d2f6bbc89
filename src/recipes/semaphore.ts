import { type Observable, type ObservableInput, lastValueFrom } from 'rxjs';
import { type PermitOptions, type SemaphoreOptions, TIMING, keyFits, kindFits, known } from '../core/options.js';
import type { Tenure } from '../core/tenure.js';
import type { Backend, Release } from '../core/types.js';
import { locks } from './locks.js';

export interface Semaphore {
  acquire(options?: PermitOptions): Observable<Tenure>;
  tryAcquire(options?: Omit<PermitOptions, 'timeout'>): Observable<Tenure>;
  withPermit<R>(work: (tenure: Tenure) => ObservableInput<R>, options?: PermitOptions): Observable<R>;
  /** Gives up everything, and the lease; resolves with how it ended, as a locker's `close` does. */
  close(): Promise<Release>;
}

/**
 * At most `permits` holders of one key at a time, first come, first served.
 *
 *     one     --T-------------      permits: 2
 *     two     ---T------!
 *     three   ----------T-----      waits for the second to leave
 *
 * Everybody has to name the same `permits`. Tokens are unique, but holders at the same time have no order among them.
 */
export function semaphore(backend: Backend, options: SemaphoreOptions): Semaphore {
  known('semaphore', options, ['key', 'permits', ...TIMING]);
  const { key, permits, ...timing } = options;
  const kind = { permits };
  keyFits(backend, 'key', key);
  kindFits(backend, kind);
  const { lock, tryLock, withLock, close } = locks(backend, timing);
  return {
    acquire: (options) => lock(key, { ...options, kind }),
    tryAcquire: (options) => tryLock(key, { ...options, kind }),
    withPermit: (work, options) => withLock(key, work, { ...options, kind }),
    close: () => lastValueFrom(close()),
  };
}
