import { lastValueFrom, merge, retry, takeUntil, timer } from 'rxjs';
import { Lifetime } from '../../core/lifetime.js';
import type { Backend, LeaseRef } from '../../core/types.js';
import { soon } from './patience.js';
import { LONGEST } from './member.js';
import type { Store } from './store.js';
import type { Watches } from './watches.js';

type Verbs = Omit<Backend, 'minTtl' | 'kinds' | 'limits' | 'close'>;

/** The verbs until the end, and the end: whoever still listens hears of it, and no lease, watch, call or connection stays. */
export function closable(verbs: Verbs, { cluster, ledger }: Store, watches: Pick<Watches, 'close'>): Verbs & Pick<Backend, 'close'> {
  const lifetime = new Lifetime();
  let closing: Promise<void> | undefined;

  const revoked = (lease: LeaseRef) => verbs.revoke(lease).pipe(retry({ delay: soon }), takeUntil(timer(LONGEST)));

  const close = async () => {
    lifetime.end();
    watches.close();
    await lastValueFrom(merge(...ledger.leases.map(revoked)), { defaultValue: undefined });
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
