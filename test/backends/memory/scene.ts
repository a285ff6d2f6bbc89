import { type Observable, catchError, concat, defer, ignoreElements, map, mergeMap, of, timer } from 'rxjs';
import {
  MemoryStore,
  type MemoryBackendOptions,
  type MemoryStoreOptions,
  memoryBackend,
  memoryFaults,
} from '../../../src/backends/memory/index.js';
import { isTenureError } from '../../../src/core/errors.js';
import type { Backend, Claim, Leader, LeaseRef } from '../../../src/core/types.js';
import type { MarbleHelpers } from '../../../src/testing/index.js';

/** A store in virtual time, clients of it, and things that happen at a frame. */
export function scene({ scheduler }: Pick<MarbleHelpers, 'scheduler'>, options: MemoryStoreOptions = {}) {
  const store = new MemoryStore({ scheduler, ...options });
  const client = (more: MemoryBackendOptions = {}) => {
    const faults = memoryFaults();
    return { faults, backend: memoryBackend({ store, faults, timeout: 30, ...more }) };
  };
  return {
    store,
    client,
    at: (frame: number, act: () => void) => void scheduler.schedule(act, frame),
    after: <T>(frame: number, source: Observable<T>) => timer(frame, scheduler).pipe(mergeMap(() => source)),
    /** Who holds `k`, from the point of view of a client without faults. */
    holder$: defer(() => client().backend.watch('k')).pipe(map(initial)),
  };
}

export const claim = (id: string, more: Partial<Claim> = {}): Claim => ({ key: 'k', id, nonce: id, ...more });
/** Leases are numbered in the order in which they are granted. */
export const lease = (number: number, ttl: number): LeaseRef => ({ id: number.toString(16), ttl });
/** First letter of the holder's id, - where nobody holds. */
export const initial = (leader: Leader | null): string => leader?.id[0] ?? '0';
/** What became of a verb, in a letter: its value's, | completed as c, or an error's code. */
export const outcome = (verb: Observable<unknown>): Observable<string> =>
  concat(verb.pipe(map(() => 'o')), of('c')).pipe(
    catchError((error: unknown) => of(isTenureError(error) ? LETTERS[error.code]! : '?')),
  );
const LETTERS: Record<string, string> = {
  LEASE_LOST: 'L',
  CLAIM_LOST: 'C',
  HELD: 'H',
  BACKEND_UNAVAILABLE: 'U',
  DENIED: 'D',
  INVALID_OPTIONS: 'I',
};

/** Gets a lease and claims with it; tells the initial when it holds. */
export const holding = (backend: Backend, ttl: number, wanted: Claim): Observable<string> =>
  backend.grant(ttl).pipe(
    mergeMap((given) => backend.acquire(given, wanted)),
    map(({ id }) => id[0]!),
  );
export const silently = ignoreElements;
