import type Consul from 'consul';
import { lastValueFrom } from 'rxjs';
import { Lifetime } from '../../core/lifetime.js';
import { InvalidOptionsError } from '../../core/errors.js';
import { kindFits } from '../../core/options.js';
import type { Backend } from '../../core/types.js';
import { claims } from './claims.js';
import { Client, connect } from './client.js';
import { leases } from './leases.js';
import { type ConsulBackendOptions, clientKnows, connectionOf, settingsOf } from './options.js';
import { Places } from './places.js';
import { Sessions } from './sessions.js';
import { Store } from './store.js';
import { Views } from './views.js';
import { monitored, watched } from './watch.js';
import { folderOf } from './wire.js';

/** Of a value as JSON in base64, in a transaction of at most 524,288 bytes, whatever has to be escaped. */
const MOST_VALUE = 60_000;

/**
 * Elections and locks over Consul.
 *
 * A lease is a session; by default it hangs on a TTL check at the local agent, which fails on time where a session alone
 * lives up to twice its ttl. Claims queue fairly under `<prefix><key>/`; `<key>/.lock` also excludes `consul lock <key>`
 * and Go's `api.Lock`, which barge past the queue. Exclusive claims only.
 *
 * At most eight connections: one for heartbeats, and up to six of the others wait in blocking queries. With more keys
 * than that pass a `prefix`, or changes are noticed within a second instead of at once.
 *
 * @param options Where the agent is, or a client of npm `consul`, which is never closed.
 * @throws {InvalidOptionsError} at once.
 */
export function consulBackend(options: ConsulBackendOptions | Consul = {}): Backend {
  const { client: given, settings } = opened(options);
  const client = new Client(given);
  const store = new Store(client);
  const sessions = new Sessions(client, settings);
  const { prefix } = settings;
  const places: Places = new Places(store, prefix, (lease) => sessions.has(lease));
  const views = new Views(store, prefix, (folder, queue) => places.sweep(folder, queue));
  const { grant, renew, revoke } = leases(sessions, places, views);
  const { acquire, withdraw, update } = claims({ sessions, places, views, store });
  const lifetime = new Lifetime();

  const backend: Backend = {
    minTtl: sessions.minTtl,
    kinds: ['exclusive'],
    limits: { value: MOST_VALUE },
    grant: lifetime.whileOpen(grant),
    renew: lifetime.whileOpen(renew),
    revoke: lifetime.whileOpen(revoke),
    acquire: (lease, claim) => {
      kindFits(backend, claim.kind ?? 'exclusive');
      folderOf(prefix, claim.key);
      return lifetime.whileOpen(acquire)(lease, claim);
    },
    withdraw: lifetime.whileOpen(withdraw),
    update: lifetime.whileOpen(update),
    monitor: lifetime.whileOpen((tenure) => monitored(views, prefix, tenure)),
    watch: (key, watching = {}) => {
      const folder = folderOf(prefix, key);
      return lifetime.watching(() => watched(store, views, folder, watching))();
    },
    close: () => (closing ??= close()),
  };
  let closing: Promise<void> | undefined;
  const close = async () => {
    lifetime.end();
    await lastValueFrom(sessions.endAll(), { defaultValue: undefined });
    views.close();
    client.close();
  };
  return backend;
}

function opened(options: ConsulBackendOptions | Consul): { client: Consul; settings: ReturnType<typeof settingsOf> } {
  if (typeof options !== 'object' || options === null)
    throw new InvalidOptionsError('consulBackend needs an options object or a client.');
  if ('kv' in options && 'session' in options) return { client: options, settings: settingsOf({}) };
  if (!('client' in options)) return { client: connect(connectionOf(options)), settings: settingsOf(options) };
  clientKnows(options);
  return { client: options.client, settings: settingsOf(options) };
}
