import { type Observable, defer, ignoreElements, map, merge, retry, takeUntil, tap, timer } from 'rxjs';
import { LeaseLostError } from '../../core/errors.js';
import { Pending } from '../../core/pending.js';
import type { Backend, LeaseRef } from '../../core/types.js';
import type { ClaimRecord } from './claims.js';
import { type Client, RETRY } from './client.js';
import { removed, sweep } from './withdraw.js';

type Leases = Pick<Backend, 'grant' | 'renew' | 'revoke'> & {
  /** Revokes what this client was granted and has not given back; completes when it is gone, at the latest by its ttl. */
  readonly revokeAll: () => Observable<unknown>;
};

/** Leases, and the memory of those that this client has to give back. */
export function leases(client: Client): Leases {
  const { store, network, claims, scheduler, timeout } = client;
  const granted = new Map<string, LeaseRef>();
  const undone = new Pending();

  const revoke = (lease: LeaseRef) => {
    const ended = () => (granted.delete(lease.id), claims.forget(lease.id));
    return network
      .call({ verb: 'revoke', lease: lease.id, timeout, effect: () => store.revoke(lease.id) })
      .pipe(tap(ended), ignoreElements());
  };
  const revokeForSure = (lease: LeaseRef) =>
    revoke(lease).pipe(
      retry({ delay: () => timer(RETRY, scheduler) }),
      takeUntil(defer(() => timer(Math.max(0, claims.endsIn(lease.id)), scheduler))),
    );
  /** Claims under leases that somebody else was granted, and goes on renewing. */
  const borrowed = () => claims.all.filter(({ lease }) => !granted.has(lease));
  const leaveForSure = ({ lease, record }: { lease: string; record: ClaimRecord }) =>
    removed(client, lease, record).pipe(
      retry({ delay: () => timer(RETRY, scheduler) }),
      takeUntil(timer(3 * timeout, scheduler)), // when such a lease ends is not ours to know
    );
  const keep = (lease: LeaseRef) => {
    claims.forgetEnded();
    claims.keep(lease);
    granted.set(lease.id, lease);
  };

  return {
    grant: (ttl) =>
      network.call({
        verb: 'grant',
        timeout,
        effect: () => store.grant(ttl),
        arrived: (lease) => granted.has(lease.id) || keep(lease),
        late: (lease) => undone.add(revokeForSure(lease)),
      }),
    renew: (lease) => {
      const effect = () => store.renew(lease.id);
      const lost = () => (granted.delete(lease.id), claims.forget(lease.id), new LeaseLostError(lease, 'revoked'));
      return defer(() => {
        claims.keep(lease);
        return network.call({ verb: 'renew', lease: lease.id, timeout: Math.min(timeout, lease.ttl / 4), effect });
      }).pipe(
        map((known) => {
          if (!known) throw lost();
          claims.doubtful(lease.id).forEach((record) => sweep(client, lease.id, record));
        }),
      );
    },
    revoke,
    revokeAll: () => defer(() => merge(undone.settled, ...[...granted.values()].map(revokeForSure), ...borrowed().map(leaveForSure))),
  };
}
