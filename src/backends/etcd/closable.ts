import { EMPTY, type Observable, catchError, concat, defer, lastValueFrom, merge, takeUntil, timer } from 'rxjs';
import type { Backend, LeaseRef } from '../../core/types.js';
import type { Attempt } from './attempt.js';
import { LONGEST } from './member.js';
import { untilAnswered } from './patience.js';
import type { Store } from './store.js';
import type { Watches } from './watches.js';
import { sweep, withdrawal } from './withdraw.js';

type Verbs = Omit<Backend, 'minTtl' | 'kinds' | 'limits' | 'close'>;

/** The verbs until the end, and the end: whoever still listens hears of it, and no lease, watch, call or connection stays. */
export function closable(verbs: Verbs, store: Store, watches: Pick<Watches, 'close'>): Verbs & Pick<Backend, 'close'> {
  const { cluster, ledger, lifetime } = store;
  let closing: Promise<void> | undefined;

  const bounded = (work: Observable<unknown>, most: number) =>
    work.pipe(
      untilAnswered(),
      catchError(() => EMPTY),
      takeUntil(timer(most)),
    );
  /** Once its grant has been answered, or can't come to pass any more. */
  const revoked = (lease: LeaseRef) =>
    concat(
      ledger.settled(lease),
      defer(() => (ledger.knows(lease) ? bounded(verbs.revoke(lease), LONGEST) : EMPTY)),
    );
  const withdrawn = (attempt: Attempt) => bounded(withdrawal(store, attempt), 2 * LONGEST);

  const close = async () => {
    lifetime.end();
    watches.close();
    sweep(cluster, ledger.doubtfulBorrowed);
    await lastValueFrom(merge(...ledger.borrowed.map(withdrawn), ...ledger.leases.map(revoked)), { defaultValue: undefined });
    await lastValueFrom(cluster.idle, { defaultValue: undefined });
    cluster.close();
  };
  return {
    grant: lifetime.whileOpen(verbs.grant),
    renew: lifetime.whileOpen(verbs.renew),
    revoke: lifetime.whileOpen(verbs.revoke),
    acquire: lifetime.whileOpen(verbs.acquire),
    withdraw: lifetime.whileOpen(verbs.withdraw),
    monitor: lifetime.whileOpen(verbs.monitor),
    update: lifetime.whileOpen(verbs.update),
    watch: lifetime.watching(verbs.watch),
    close: () => (closing ??= close()),
  };
}
