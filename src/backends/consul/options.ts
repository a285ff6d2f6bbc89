import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type Consul from 'consul';
import { InvalidOptionsError } from '../../core/errors.js';
import { between, known, text } from '../../core/options.js';

/** What proves that the holder lives: a check at the local agent, or the session's own ttl. */
export type ConsulLiveness = 'check' | 'session';

/** What any connection may have besides. */
export interface ConsulSettings {
  /** Put before every key. One blocking query then serves all of them. @default '' */
  prefix?: string;
  /**
   * `check`: a service-bound TTL check, which fails on time; needs the agent of this very machine, and `service:write`.
   * `session`: for where that can't be had; Consul then waits up to twice the ttl, which is at least 10 s. @default 'check'
   */
  liveness?: ConsulLiveness;
  /** Ends the lease with the node's health too: a dead host is noticed in about 5 s. Grants at most 3 s. @default false */
  nodeHealth?: boolean;
  /** How long Consul keeps a key of a lease that it ended, in its own notation. Deadline and token do more. @default '0s' */
  lockDelay?: string;
}

type Pem = string | Buffer | (string | Buffer)[];

export interface ConsulConnection {
  /** @default '127.0.0.1' */
  host?: string;
  /** @default 8500 */
  port?: number;
  /** HTTPS. @default false */
  secure?: boolean;
  /** PEM, as `node:tls` takes it. */
  ca?: Pem;
  cert?: Pem;
  key?: Pem;
  token?: string;
  /** Datacenter; another than the agent's own needs `liveness: 'session'`. */
  dc?: string;
}

export type ConsulBackendOptions = (ConsulConnection & ConsulSettings) | ({ client: Consul } & ConsulSettings);

const SETTINGS = ['prefix', 'liveness', 'nodeHealth', 'lockDelay'] as const;
const CONNECTION = ['host', 'port', 'secure', 'ca', 'cert', 'key', 'token', 'dc'] as const;
const DURATION = /^(0|(\d+(\.\d+)?(ms|s|m|h))+)$/;

/** @throws {InvalidOptionsError} at once: a bad setting is a bug, not an event. */
export function settingsOf(options: ConsulSettings): Required<ConsulSettings> {
  const { prefix = '', liveness = 'check', nodeHealth = false, lockDelay = '0s' } = options;
  text('prefix', prefix);
  if (prefix.startsWith('/')) throw new InvalidOptionsError(`prefix must not begin with a slash, but is ${JSON.stringify(prefix)}.`);
  if (!['check', 'session'].includes(liveness))
    throw new InvalidOptionsError(`liveness must be check or session, but is ${String(liveness)}.`);
  flag('nodeHealth', nodeHealth);
  if (typeof lockDelay !== 'string' || !DURATION.test(lockDelay)) {
    throw new InvalidOptionsError(
      `lockDelay must be a duration in Consul's notation, such as '0s' or '1500ms', but is ${String(lockDelay)}.`,
    );
  }
  return { prefix, liveness, nodeHealth, lockDelay };
}

/** @throws {InvalidOptionsError} at once. */
export function connectionOf(options: ConsulConnection & ConsulSettings): ConsulConnection {
  known('consulBackend', options, [...CONNECTION, ...SETTINGS]);
  const { host, port, secure = false, ca, cert, key, token, dc } = options;
  for (const [name, value] of Object.entries({ host, token, dc })) if (value !== undefined) text(name, value);
  if (port !== undefined) {
    between('port', port, 1, 65_535, '');
    if (!Number.isInteger(port)) throw new InvalidOptionsError(`port must be a whole number, but is ${port}.`);
  }
  flag('secure', secure);
  const pems = Object.entries({ ca, cert, key }).filter(([, pem]) => pem !== undefined);
  if (pems.length > 0 && !secure) throw new InvalidOptionsError(`${pems[0]?.[0]} needs secure: true, or it would not be used.`);
  if (Boolean(cert) !== Boolean(key)) throw new InvalidOptionsError('cert and key belong together: one is missing.');
  readable(Object.fromEntries(pems));
  return Object.fromEntries(
    Object.entries({ host, port, secure, ca, cert, key, token, dc }).filter(([, value]) => value !== undefined),
  );
}

/** What a given client may have besides. */
export const clientKnows = (options: object): void => known('consulBackend', options, ['client', ...SETTINGS]);

function flag(name: string, value: unknown): void {
  if (typeof value !== 'boolean') throw new InvalidOptionsError(`${name} must be true or false, but is ${String(value)}.`);
}

function readable(pems: Pick<ConsulConnection, 'ca' | 'cert' | 'key'>): void {
  try {
    [pems.ca ?? [], pems.cert ?? []].flat().forEach((pem) => new X509Certificate(pem)); // a context ignores what it can't read
    createSecureContext(pems);
  } catch (cause) {
    throw new InvalidOptionsError(`${Object.keys(pems).join(', ')} must be PEM that belongs together: ${(cause as Error).message}.`, {
      cause,
    });
  }
}
