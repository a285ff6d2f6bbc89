import {
  NEVER,
  type Observable,
  type OperatorFunction,
  concat,
  connect,
  defer,
  distinctUntilChanged,
  filter,
  finalize,
  map,
  startWith,
  switchMap,
  take,
} from 'rxjs';
import type { Lease } from '../core/lease.js';
import { randomId } from '../core/options.js';
import { Pending } from '../core/pending.js';
import { type Attempt, Tenure } from '../core/tenure.js';
import type { Backend, ClaimOptions, Release } from '../core/types.js';

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
  backend: Pick<Backend, 'acquire' | 'withdraw'>,
  claim: ClaimOptions,
  { releases = new Pending(), attempts = new Set() }: AcquireOptions = {},
): OperatorFunction<Lease, Tenure> {
  const { id = randomId() } = claim;

  const attempt = (lease: Lease, confirmed$: Observable<Lease>) =>
    defer(() => {
      const mine = { ...claim, id, nonce: randomId() };
      const release = new Pending<Release>();
      const withdrawn = release.enter();
      const leave = releases.enter(claim.key);
      const made: Attempt = { ...mine, lease, released: release.left() };
      attempts.add(made);
      return concat(backend.acquire(lease, mine), NEVER).pipe(
        switchMap((held) =>
          confirmed$.pipe(
            startWith(lease),
            filter(fresh),
            take(1),
            map(() => new Tenure(held, lease, made)),
          ),
        ),
        finalize(() => {
          attempts.delete(made);
          withdrawn(lease.giveUp(backend.withdraw(lease, mine)));
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

const fresh = (lease: Lease) => lease.isFresh();
