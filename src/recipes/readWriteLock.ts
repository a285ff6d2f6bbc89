import { type Observable, type ObservableInput, lastValueFrom } from 'rxjs';
import { type PermitOptions, type ReadWriteLockOptions, TIMING, keyFits, kindFits, known } from '../core/options.js';
import type { Tenure } from '../core/tenure.js';
import type { Backend, Release } from '../core/types.js';
import { locks } from './locks.js';

export interface ReadWriteLock {
  read(options?: PermitOptions): Observable<Tenure>;
  write(options?: PermitOptions): Observable<Tenure>;
  tryRead(options?: Omit<PermitOptions, 'timeout'>): Observable<Tenure>;
  tryWrite(options?: Omit<PermitOptions, 'timeout'>): Observable<Tenure>;
  withRead<R>(work: (tenure: Tenure) => ObservableInput<R>, options?: PermitOptions): Observable<R>;
  withWrite<R>(work: (tenure: Tenure) => ObservableInput<R>, options?: PermitOptions): Observable<R>;
  /** Gives up everything, and the lease; resolves with how it ended, as a locker's `close` does. */
  close(): Promise<Release>;
}

/**
 * Many readers or one writer of a key, first come, first served: a waiting writer is not overtaken by later readers.
 *
 *     read    --T------!
 *     read    ---T-----!
 *     write   ---------T----!      waits for both
 *     read    --------------T      came after the writer
 */
export function readWriteLock(backend: Backend, options: ReadWriteLockOptions): ReadWriteLock {
  known('readWriteLock', options, ['key', ...TIMING]);
  const { key, ...timing } = options;
  keyFits(backend, 'key', key);
  kindFits(backend, 'shared');
  const { lock, tryLock, withLock, close } = locks(backend, timing);
  const [read, write] = [{ kind: 'shared' }, { kind: 'exclusive' }] as const;
  return {
    read: (options) => lock(key, { ...options, ...read }),
    write: (options) => lock(key, { ...options, ...write }),
    tryRead: (options) => tryLock(key, { ...options, ...read }),
    tryWrite: (options) => tryLock(key, { ...options, ...write }),
    withRead: (work, options) => withLock(key, work, { ...options, ...read }),
    withWrite: (work, options) => withLock(key, work, { ...options, ...write }),
    close: () => lastValueFrom(close()),
  };
}
