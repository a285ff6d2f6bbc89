import { lastValueFrom, map, tap, throwError } from 'rxjs';
import { Client, connect } from '../../backends/consul/client.js';
import type { ConsulConnection } from '../../backends/consul/options.js';
import { Sessions } from '../../backends/consul/sessions.js';
import { UnsupportedError } from '../../core/errors.js';
import type { Backend } from '../../core/types.js';
import { unobtrusive } from './clock.js';
import { PlainKeys } from './plainKeys.js';

export interface ConsulConfig extends Omit<ConsulConnection, 'port'> {
  /** @default 8500 */
  port?: number | string;
  /** Everything else is handed to npm `consul` as it is. */
  [option: string]: unknown;
}

/** Consul ends a session up to twice this after its last renewal, and grants no less. We stop believing before it has passed once. */
export const TTL = 10_000;

/** One locker's way to Consul: the backend's own leases, and plain keys. It ends with `close`. */
export function connection({ port, defaults, ...config }: ConsulConfig, name: string) {
  const given = { ...config, ...(port !== undefined && { port: Number(port) }), ...(defaults as object | undefined) };
  const client = new Client(connect(given));
  const settings = { prefix: '', liveness: 'session', nodeHealth: false, lockDelay: '0s' } as const;
  const sessions = new Sessions(client, settings, name);
  const keys = new PlainKeys(client, `${name}/`, unobtrusive, TTL / 5);
  const unsupported = () => throwError(() => new UnsupportedError('consul-locker neither watches nor updates.'));

  const backend: Backend = {
    minTtl: sessions.minTtl,
    kinds: ['exclusive'],
    grant: (ttl) => sessions.grant(ttl),
    renew: (lease) => sessions.renew(lease).pipe(tap(() => keys.sweep(lease))),
    revoke: (lease) => sessions.revoke(lease).pipe(tap({ complete: () => keys.end(lease) })),
    acquire: keys.acquire,
    withdraw: keys.withdraw,
    monitor: keys.monitor,
    update: unsupported,
    watch: unsupported,
    close: () => Promise.resolve(client.close()),
  };
  const get = (path: string) =>
    lastValueFrom(
      client
        .call({ method: 'GET', path, query: { consistent: '' }, timeout: TTL / 4, missing: [] })
        .pipe(map(({ body }) => (body as (Record<string, unknown> | undefined)[] | null)?.[0])),
    );
  /** As npm `consul` shows them. */
  const read = {
    key: async (key: string) => {
      const entry = await get(`/kv/${encodeURIComponent(key)}`);
      return entry && { ...entry, Value: Buffer.from((entry.Value as string | null) ?? '', 'base64').toString() };
    },
    session: (id: string) => get(`/session/info/${encodeURIComponent(id)}`),
  };
  return { backend, read };
}
