import {
  NEVER,
  type Observable,
  type OperatorFunction,
  ReplaySubject,
  concat,
  connect,
  defer,
  distinctUntilChanged,
  filter,
  finalize,
  map,
  merge,
  of,
  switchMap,
  take,
} from 'rxjs';
import type { Lease } from '../core/lease.js';
import { randomId } from '../core/options.js';
import { Pending } from '../core/pending.js';
import { type Attempt, Tenure } from '../core/tenure.js';
import type { Backend, ClaimOptions, Release, TenureRef } from '../core/types.js';

export interface AcquireOptions {
  /** Told of each attempt, by key, from before its first request until it is withdrawn. */
  releases?: Pick<Pending<Release>, 'enter'>;
  /** The attempts under way, kept up to date: what a proclaimed value must reach. */
  attempts?: Set<Attempt>;
}

/**
 * Claims a key on each lease, and waits for its turn.
 *
 *     lease     a--a--a--a------    a lease, renewed three times
 *     queue     --1---0---------    one claim before ours, then none
 *     output    ------T---------    once per lease, proven by the store
 *
 * Each attempt has a nonce of its own and is withdrawn a turn after unsubscription, or when the lease changes. A tenure is
 * emitted only while its lease is fresh: with less than `margin` left it waits for the next confirmed renewal.
 *
 * @param claim Read anew at each attempt, so a getter may tell the latest value.
 * @returns The live tenure, once per lease; never completes.
 * @throws {TenureError} as a notification: `CLAIM_LOST` when our place in the queue is gone, `HELD` with `wait: false`, or what
 * the store failed with.
 */
export function acquire(
  backend: Pick<Backend, 'acquire' | 'withdraw'> & Partial<Pick<Backend, 'monitor'>>,
  claim: ClaimOptions,
  { releases = new Pending(), attempts = new Set() }: AcquireOptions = {},
): OperatorFunction<Lease, Tenure> {
  const { id = randomId() } = claim;

  /** Emits when the lease is fresh. Until then the key is ours already, and may be lost. */
  const freshened = (lease: Lease, confirmed$: Observable<Lease>, held: TenureRef): Observable<unknown> =>
    lease.isFresh()
      ? of(lease)
      : merge(confirmed$, backend.monitor?.(held) ?? NEVER).pipe(
          filter(() => lease.isFresh()),
          take(1),
        );

  const attempt = (lease: Lease, confirmed$: Observable<Lease>) =>
    defer(() => {
      const mine = { ...claim, id, nonce: randomId() };
      const release = new Pending<Release>();
      const withdrawn = release.enter();
      const leave = releases.enter(claim.key);
      const over = new ReplaySubject<void>(1);
      const made: Attempt = { ...mine, lease, released: release.left(), over };
      attempts.add(made);
      return concat(
        defer(() => backend.acquire(lease, mine)),
        NEVER,
      ).pipe(
        switchMap((held) => freshened(lease, confirmed$, held).pipe(map(() => new Tenure(held, lease, made)))),
        finalize(() => {
          attempts.delete(made);
          over.next();
          withdrawn(lease.giveUp(defer(() => backend.withdraw(lease, mine))));
          leave(release.left());
        }),
      );
    });

  return connect((confirmed$) =>
    confirmed$.pipe(
      distinctUntilChanged(),
      switchMap((lease) => attempt(lease, confirmed$)),
    ),
  );
}
