import {
  BehaviorSubject,
  EMPTY,
  type MonoTypeOperatorFunction,
  type Observable,
  type ObservableInput,
  Subject,
  defer,
  filter,
  finalize,
  identity,
  merge,
  throwError,
  timeout,
  timer,
} from 'rxjs';
import { AcquireTimeoutError } from '../core/errors.js';
import { type LockOptions, type TimingOptions, lockDefaults, timingDefaults } from '../core/options.js';
import { Pending } from '../core/pending.js';
import type { Tenure } from '../core/tenure.js';
import type { Backend, Leader } from '../core/types.js';
import { acquire } from '../operators/acquire.js';
import { during } from '../operators/during.js';
import { insist } from '../operators/insist.js';
import { linger } from '../operators/linger.js';
import { openLease } from '../operators/openLease.js';
import { reacquire } from '../operators/reacquire.js';
import { refreshLease } from '../operators/refreshLease.js';
import { shareLatest } from '../operators/shareLatest.js';
import { untilLost } from '../operators/untilLost.js';
import { untilReleased } from '../operators/untilReleased.js';

/** Locks on keys, all on one lease: what locker, semaphore and readWriteLock have in common. */
export function locks(backend: Backend, options: TimingOptions) {
  const { ttl, margin, refreshEvery, grace, lease$: given$, scheduler } = timingDefaults(backend, options);
  const releases = new Pending();
  const ledgers = new Map<string, Pending>();
  const shared = new Map<string, Observable<Tenure>>();
  const release$ = new Subject<string | undefined>(); // undefined: all of them
  const closing$ = new BehaviorSubject(false);

  const idle = () => merge(timer(ttl, scheduler), closing$.pipe(filter(identity)));
  const lease$ =
    given$ ??
    openLease(backend, { ttl, margin, scheduler, releases }).pipe(
      refreshLease(backend, { every: refreshEvery, scheduler }),
      shareLatest({ keep: idle }),
    );

  const ledgerOf = (key: string) => {
    const ledger = ledgers.get(key) ?? new Pending(releases);
    ledgers.set(key, ledger);
    return ledger;
  };
  const forget = (key: string) => ledgers.get(key)?.settled.subscribe(() => ledgers.delete(key));

  const claim = (key: string, wait: boolean, { value, kind }: ReturnType<typeof lockDefaults>): Observable<Tenure> =>
    defer(() => {
      closing$.next(false);
      return lease$.pipe(
        acquire(backend, { key, value, kind, wait }, { releases: ledgerOf(key) }),
        untilLost(backend),
        linger({ grace, scheduler }),
      );
    }).pipe(
      wait ? insist({ scheduler }) : identity,
      untilReleased(key, release$.pipe(filter((which) => which === undefined || which === key))),
      finalize(() => forget(key)),
    );

  const sharing = (name: string, lock$: Observable<Tenure>): Observable<Tenure> =>
    defer(() => {
      const same$ = shared.get(name) ?? lock$.pipe(finalize(() => shared.delete(name)), shareLatest()); // prettier-ignore
      shared.set(name, same$);
      return same$;
    }).pipe(filter((tenure) => tenure.isCurrent())); // replayed past its deadline: the loss follows

  const hold = (key: string, wait: boolean, options: LockOptions): Observable<Tenure> => {
    const checked = lockDefaults(backend, key, options);
    const lock$ = claim(key, wait, checked);
    const name = JSON.stringify([key, wait, checked.value, checked.kind]);
    return (checked.share ? sharing(name, lock$) : lock$).pipe(bounded(key, checked.timeout));
  };
  const bounded = (key: string, first: number | undefined): MonoTypeOperatorFunction<Tenure> =>
    first === undefined
      ? identity
      : timeout({ first, scheduler, with: () => throwError(() => new AcquireTimeoutError({ key }, first)) });

  const lock = (key: string, options: LockOptions = {}) => hold(key, true, options);
  const tryLock = (key: string, options: LockOptions = {}) => hold(key, false, options);

  return {
    lock,
    tryLock,
    withLock: <R>(key: string, work: (tenure: Tenure) => ObservableInput<R>, options: LockOptions = {}) =>
      lock(key, options).pipe(during(work)),
    holder$: (key: string): Observable<Leader | null> => defer(() => backend.watch(key)).pipe(reacquire({ max: 1_000, scheduler })),
    release: (key: string): Observable<unknown> =>
      defer(() => {
        release$.next(key);
        return ledgers.get(key)?.settled ?? EMPTY;
      }),
    close: (): Observable<unknown> =>
      defer(() => {
        release$.next(undefined);
        closing$.next(true);
        return releases.settled;
      }),
  };
}
