import {
  BehaviorSubject,
  type MonoTypeOperatorFunction,
  type Observable,
  type ObservableInput,
  Subject,
  defer,
  filter,
  identity,
  merge,
  reduce,
  tap,
  throwError,
  timeout,
  timer,
} from 'rxjs';
import { AcquireTimeoutError } from '../core/errors.js';
import type { Lease } from '../core/lease.js';
import { type LockOptions, type TimingOptions, keyFits, lockDefaults, timingDefaults } from '../core/options.js';
import { Pending } from '../core/pending.js';
import type { Tenure } from '../core/tenure.js';
import type { Backend, Leader, Release } from '../core/types.js';
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
  const releases = new Pending<Release>();
  const release$ = new Subject<string | undefined>(); // undefined: all of them
  const shared = new Map<string, Observable<Tenure>>();

  /** One lease for all, kept for one ttl after the last lock unless another has taken its place. */
  const opened = (): Observable<Lease> => {
    const replaced = () => serving$.pipe(filter((lease$) => lease$ !== own$));
    const own$: Observable<Lease> = openLease(backend, { ttl, margin, scheduler, releases }).pipe(
      refreshLease(backend, { every: refreshEvery, scheduler }),
      shareLatest({ keep: () => merge(timer(ttl, scheduler), replaced()) }),
    );
    return own$;
  };
  const serving$ = new BehaviorSubject(given$ ?? opened());

  const claim = (key: string, wait: boolean, { value, kind }: ReturnType<typeof lockDefaults>): Observable<Tenure> =>
    defer(() => serving$.value).pipe(
      acquire(backend, { key, value, kind, wait }, { releases }),
      untilLost(backend),
      linger({ grace, scheduler }),
      wait ? insist({ scheduler }) : identity,
      untilReleased(key, release$.pipe(filter((which) => which === undefined || which === key))),
    );

  const sharing = (name: string, lock$: Observable<Tenure>): Observable<Tenure> =>
    defer(() => {
      const over = () => shared.delete(name); // before anybody hears of it: who asks again then gets another
      const same$ = shared.get(name) ?? lock$.pipe(tap({ error: over, unsubscribe: over }), shareLatest());
      shared.set(name, same$);
      return same$;
    }).pipe(filter((tenure) => tenure.isCurrent())); // replayed past its deadline: the loss follows

  const bounded = (key: string, first: number | undefined): MonoTypeOperatorFunction<Tenure> =>
    first === undefined
      ? identity
      : timeout({ first, scheduler, with: () => throwError(() => new AcquireTimeoutError({ key }, first)) });
  const hold = (key: string, wait: boolean, options: LockOptions): Observable<Tenure> => {
    const checked = lockDefaults(backend, key, options);
    const lock$ = claim(key, wait, checked);
    const name = JSON.stringify([key, wait, checked.value, checked.kind]);
    return (checked.share ? sharing(name, lock$) : lock$).pipe(bounded(key, checked.timeout));
  };
  const lock = (key: string, options: LockOptions = {}) => hold(key, true, options);
  const released = (key?: string): Observable<Release> => releases.left(key).pipe(reduce(worse, 'released'));

  return {
    lock,
    tryLock: (key: string, options: LockOptions = {}) => hold(key, false, options),
    withLock: <R>(key: string, work: (tenure: Tenure) => ObservableInput<R>, options: LockOptions = {}): Observable<R> =>
      lock(key, options).pipe(during(work)),
    holder$: (key: string): Observable<Leader | null> => {
      keyFits(backend, 'key', key);
      return defer(() => backend.watch(key)).pipe(reacquire({ max: 1_000, scheduler }));
    },
    release: (key: string): Observable<Release> =>
      defer(() => {
        release$.next(key);
        return released(key);
      }),
    close: (): Observable<Release> =>
      defer(() => {
        release$.next(undefined);
        serving$.next(given$ ?? opened());
        return released();
      }),
  };
}

const worse = (one: Release, other: Release): Release => (one === 'expired' ? one : other);
