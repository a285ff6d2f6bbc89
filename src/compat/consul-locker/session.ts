import { type Observable, finalize, lastValueFrom, of, retry, tap, throwError } from 'rxjs';
import { isTenureError } from '../../core/errors.js';
import type { Lease } from '../../core/lease.js';
import { Pending } from '../../core/pending.js';
import type { Release } from '../../core/types.js';
import { openLease } from '../../operators/openLease.js';
import { refreshLease } from '../../operators/refreshLease.js';
import { shareLatest } from '../../operators/shareLatest.js';
import { locks } from '../../recipes/locks.js';
import { unobtrusive as scheduler } from './clock.js';
import { type ConsulConfig, TTL, connection } from './connection.js';

export interface SessionOptions {
  readonly config: ConsulConfig;
  readonly name: string;
  readonly maxRetries: number;
  /** Seconds. */
  readonly retryInterval: number;
  readonly started: (id: string) => void;
  readonly ended: (id: string) => void;
  /** The retries are used up. */
  readonly failed: (error: unknown) => void;
}

/** From `start` to `stop`: a session that is kept, replaced when it is lost, and shared by all locks. */
export function openSession({ config, name, maxRetries, retryInterval, started, ended, failed }: SessionOptions) {
  const { backend, read } = connection(config, name);
  const releases = new Pending<Release>();
  const told = (lease$: Observable<Lease>) => {
    const ids = new Set<string>();
    const begin = ({ id }: Lease) => !ids.has(id) && (ids.add(id), started(id));
    return lease$.pipe(tap(begin), finalize(() => ids.forEach(ended))); // prettier-ignore
  };
  const lease$ = openLease(backend, { ttl: TTL, scheduler, releases }).pipe(
    retry({ count: maxRetries, delay: retryInterval * 1_000 }),
    refreshLease(backend, { scheduler }),
    told,
    shareLatest(),
  );
  const lost = (error: unknown) => isTenureError(error) && error.code === 'LEASE_LOST';
  const kept = lease$
    .pipe(retry({ delay: (error: unknown) => (lost(error) ? of(0) : throwError(() => error)) }))
    .subscribe({ error: failed });
  const { tryLock, close } = locks(backend, { lease$, scheduler });

  return {
    tryLock,
    read,
    end: async () => {
      await lastValueFrom(close());
      kept.unsubscribe();
      await lastValueFrom(releases.left(), { defaultValue: undefined });
      await backend.close();
    },
  };
}
export type Session = ReturnType<typeof openSession>;
