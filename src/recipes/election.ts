import {
  BehaviorSubject,
  EMPTY,
  type Observable,
  Subject,
  catchError,
  defer,
  distinctUntilChanged,
  filter,
  from,
  ignoreElements,
  lastValueFrom,
  map,
  merge,
  mergeMap,
  share,
  tap,
  throwError,
} from 'rxjs';
import { type Instant, instant, stamp } from '../core/clock.js';
import type { Lease } from '../core/lease.js';
import { isTenureError } from '../core/errors.js';
import { type ElectionOptions, electionDefaults, valueFits } from '../core/options.js';
import type { Attempt, Tenure } from '../core/tenure.js';
import type { Backend, Leader } from '../core/types.js';
import { acquire } from '../operators/acquire.js';
import { current } from '../operators/current.js';
import { lapse } from '../operators/lapse.js';
import { NO_WITNESS, leaderOf, leading, sameLeader } from '../operators/leading.js';
import { linger } from '../operators/linger.js';
import { openLease } from '../operators/openLease.js';
import { reacquire } from '../operators/reacquire.js';
import { refreshLease } from '../operators/refreshLease.js';
import { shareLatest } from '../operators/shareLatest.js';
import { untilLost } from '../operators/untilLost.js';
import { whenRunning } from '../operators/whenRunning.js';
import { within } from '../operators/within.js';
import { type ElectionEvent, type ElectionFact, electionFacts } from './events.js';
import { Run } from './run.js';

/** One candidate for one key. Streams are shared, replay their latest value and never complete. */
export interface Election {
  readonly key: string;
  readonly id: string;
  /** What this node announces: the last proclaimed. */
  readonly value: string;
  /** Our tenure, or null. Subscribing campaigns, the last to leave resigns. */
  readonly tenure$: Observable<Tenure | null>;
  /** Whether we hold the key. Subscribing campaigns, the last to leave resigns. */
  readonly isSelected$: Observable<boolean>;
  /** Whoever holds the key. Only watches; says nothing before the store has answered. */
  readonly leader$: Observable<Leader | null>;
  /** What the leader announces. Only watches. */
  readonly value$: Observable<string | null>;
  /** Whether the store has answered within the last ttl. Only watches. */
  readonly connected$: Observable<boolean>;
  /** What happens, as it happens: nothing is replayed. Only watches, and never fails. */
  readonly events$: Observable<ElectionEvent>;
  /** Whether we hold the key now, checked against the deadline; false with no stream subscribed. */
  isSelected(): boolean;
  /** The leader known now; null with no stream subscribed. */
  leader(): Leader | null;
  /**
   * Changes what this node announces. Resolves when the store has it; without a claim, the next one carries it.
   * Rejects with `INVALID_OPTIONS` for a value over the store's limit, or with what the store failed with.
   */
  proclaim(value: string): Promise<void>;
  /** Gives the tenure up and queues again at the end. Resolves at the release; without a tenure, at once. */
  stepDown(): Promise<void>;
  /** Campaigns without a subscriber; a second call does nothing. */
  start(): void;
  /** Resigns: everybody sees null and stays, until `start()`. Resolves when the store holds nothing of ours, or its ttl has run out. */
  stop(): Promise<void>;
}

/**
 * Competes for `options.key`, and reports who holds it.
 *
 *     isSelected$   f---t--------f----t--     t until a margin before the lease could end, then backs off
 *     leader$       n-b-a--------n----a--     n: null, nobody holds the key; b: another node
 *
 * Subscribing to `isSelected$` or `tenure$` campaigns; unsubscribing the last subscriber resigns. The key goes a
 * turn later, when the work has stopped and what it gave to `tenure.waitUntil` has settled, at most `grace`.
 * `leader$`, `value$`, `connected$` and `events$` never campaign.
 *
 * @example Bill from at most one node at a time
 * ```ts
 * const billing = election(backend, { key: 'billing', value: 'host-1:8080' });
 * switchWhileSelected(billing, (tenure) => charges(tenure.token)).subscribe();
 * ```
 *
 * @param backend Shared with other elections; the election never closes it.
 * @param options Durations are in milliseconds. Defaults are on {@link ElectionOptions}.
 * @returns Shared streams that replay their latest value, checked against the deadline, and never complete.
 * `isSelected$` emits `false` synchronously on subscription; `leader$` and `value$` emit once the store answers.
 * @throws {InvalidOptionsError} at once, for settings that could elect two leaders.
 *
 * A retryable {@link TenureError} never reaches a subscriber: it reads as `false` and another campaign. One that a
 * retry can't mend (`DENIED`) is an error notification to every subscriber; the next subscription campaigns anew.
 *
 * `true` is this node's belief, checked whenever it is said; but a process may be paused right after it looked.
 * Send `tenure.token` with every write, and let the store refuse an older one.
 *
 * Source: first come, first served by creation order, as in etcd's concurrency recipes.
 */
export function election(backend: Backend, options: ElectionOptions): Election {
  const { key, id, value, ttl, margin, refreshEvery, grace, backoff, lease$, scheduler } = electionDefaults(backend, options);
  const run = new Run();
  const attempts = new Set<Attempt>();
  const announced$ = new BehaviorSubject(value);
  const own$ = new BehaviorSubject<Tenure | null>(null);
  const given$ = new BehaviorSubject<Tenure | null>(null); // our latest, which nobody is shown once it is given up
  const witness$ = new BehaviorSubject(NO_WITNESS);
  const answered$ = new BehaviorSubject<Instant | null>(null);
  const facts$ = new Subject<ElectionFact>();
  const claim = { key, id, get value() { return announced$.value; } }; // prettier-ignore

  const answered = (at = instant(scheduler)) => answered$.next(at);
  const again = {
    ...backoff,
    scheduler,
    settled: refreshEvery ?? ttl / 5,
    onRetry: (error: unknown, delay: number) => facts$.next({ type: 'retry', error, delay }),
  };
  const failed = { error: (error: unknown) => facts$.next({ type: 'error', error }) };
  const refreshed = ({ confirmedAt }: Lease) => {
    if (confirmedAt.mono > (answered$.value?.mono ?? -Infinity)) answered(confirmedAt); // a lease may be told again and again
    if (own$.value?.isCurrent()) facts$.next({ type: 'refresh' });
  };

  const campaign$ = (
    lease$ ??
    openLease(backend, { ttl, margin, scheduler, releases: run.releases }).pipe(
      refreshLease(backend, { every: refreshEvery, scheduler }),
    )
  ).pipe(
    tap(refreshed),
    acquire(backend, claim, { releases: run.releases, attempts }),
    untilLost(backend),
    linger({ grace, scheduler }),
    lapse(),
    tap(failed),
    reacquire(again),
  );
  const tenure$ = run.orders$.pipe(
    whenRunning(campaign$),
    tap({ error: () => run.failed() }),
    tap((tenure) => given$.next(tenure ?? given$.value)),
    tap({ next: (tenure) => own$.next(tenure), finalize: () => own$.next(null) }), // leader$ hears it first
    shareLatest(),
    current(), // after the share: what is replayed to a late subscriber is checked as well
  );

  const seen$ = defer(() => backend.watch(key, { confirmEvery: ttl / 2 })).pipe(
    tap(failed),
    reacquire({ ...backoff, scheduler, max: Math.min(backoff.max ?? 1_000, 1_000) }), // an observer costs little and should not lag
    tap(() => answered()),
    share(), // known$, which replays, is always the first to subscribe
  );
  const known$ = defer(() => leading(own$, seen$, { ...NO_WITNESS, given: given$.value ?? undefined })).pipe(
    tap({ next: (witness) => witness$.next(witness), finalize: () => witness$.next(NO_WITNESS) }),
    shareLatest(),
  );
  const leader$ = known$.pipe(
    map(leaderOf), // after the share, as above
    filter((leader) => leader !== undefined),
    distinctUntilChanged(sameLeader),
  );
  const confirmed$ = seen$.pipe(map(() => leaderNow())); // known$ has heard it first
  const leaderNow = () => leaderOf({ ...witness$.value, own: own$.value }) ?? null;

  const proclaimed = (attempt: Attempt, next: string) =>
    backend.update(attempt, next).pipe(
      ignoreElements(),
      tap({
        complete: () => {
          attempt.announced = next;
          own$.next(own$.value);
        },
      }),
      catchError((error: unknown) => (lost(error) ? EMPTY : throwError(() => error))), // the next claim carries it
    );
  const proclaim = (next: string) =>
    defer(() => {
      valueFits(backend, next);
      announced$.next(next);
      return from(attempts).pipe(mergeMap((attempt) => proclaimed(attempt, next)));
    });

  return {
    key,
    id,
    get value() {
      return announced$.value;
    },
    tenure$,
    isSelected$: tenure$.pipe(
      map((tenure) => tenure !== null),
      distinctUntilChanged(),
    ),
    leader$,
    value$: leader$.pipe(
      map((leader) => leader?.value ?? null),
      distinctUntilChanged(),
    ),
    connected$: merge(known$.pipe(ignoreElements()), answered$.pipe(within(ttl, scheduler))).pipe(distinctUntilChanged()),
    events$: electionFacts({ leader$, own$, confirmed$, facts$ }).pipe(
      map((fact): ElectionEvent => ({ ...fact, key, id, at: stamp(scheduler) })),
      share(),
    ),
    isSelected: () => own$.value?.isCurrent() ?? false,
    leader: leaderNow,
    proclaim: (next) => lastValueFrom(proclaim(next), NOTHING),
    stepDown: () => lastValueFrom(own$.value?.isCurrent() ? run.stepDown() : EMPTY, NOTHING).then(() => undefined),
    start: () => run.start(tenure$),
    stop: () => lastValueFrom(run.stop(), NOTHING).then(() => undefined),
  };
}

const NOTHING = { defaultValue: undefined };
const lost = (error: unknown) => isTenureError(error) && (error.code === 'CLAIM_LOST' || error.code === 'LEASE_LOST');
