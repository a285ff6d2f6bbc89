import { type Observable, Subject, lastValueFrom, merge, retry, takeUntil, timer } from 'rxjs';
import { closed } from '../../core/closed.js';
import type { Backend, LeaseRef } from '../../core/types.js';
import { soon } from './patience.js';
import { LONGEST } from './member.js';
import type { Store } from './store.js';
import type { Watches } from './watches.js';

type Verbs = Omit<Backend, 'minTtl' | 'kinds' | 'limits' | 'close'>;

/** The verbs until the end, and the end: whoever still listens hears of it, and no lease, watch, call or connection stays. */
export function closable(verbs: Verbs, { cluster, ledger }: Store, watches: Pick<Watches, 'close'>): Verbs & Pick<Backend, 'close'> {
  const closed$ = new Subject<never>();
  let closing: Promise<void> | undefined;

  const open =
    <A extends unknown[], T>(verb: (...args: A) => Observable<T>) =>
    (...args: A): Observable<T> =>
      verb(...args).pipe(takeUntil(closed$)); // its error passes, also to those who come later

  const revoked = (lease: LeaseRef) => verbs.revoke(lease).pipe(retry({ delay: soon }), takeUntil(timer(LONGEST)));

  const close = async () => {
    closed$.error(closed());
    watches.close();
    await lastValueFrom(merge(...ledger.leases.map(revoked)), { defaultValue: undefined });
    await lastValueFrom(cluster.idle, { defaultValue: undefined });
    cluster.close();
  };
  return {
    grant: open(verbs.grant),
    renew: open(verbs.renew),
    revoke: open(verbs.revoke),
    acquire: open(verbs.acquire),
    withdraw: open(verbs.withdraw),
    monitor: open(verbs.monitor),
    update: open(verbs.update),
    watch: open(verbs.watch),
    close: () => (closing ??= close()),
  };
}
