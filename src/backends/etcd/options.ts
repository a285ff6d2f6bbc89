import type { Etcd3 } from 'etcd3';
import { InvalidOptionsError } from '../../core/errors.js';
import { checkCredentials } from './credentials.js';
import { checkHosts } from './hosts.js';
import { refuseOthers } from './refuseOthers.js';

/** PEM, as text or bytes. */
export interface EtcdCredentials {
  readonly rootCertificate?: Buffer | string;
  readonly privateKey?: Buffer | string;
  readonly certChain?: Buffer | string;
}
export interface EtcdOptions {
  /** `host:port`, each with or without `https://` or `http://`: one, several with commas, or a list. All of one cluster. */
  readonly hosts: string | readonly string[];
  readonly auth?: { readonly username: string; readonly password: string };
  /** Turns TLS on; `https://` alone does so with the certificates that Node trusts. */
  readonly credentials?: EtcdCredentials;
  /** Put before every key. One watch covers it, so everything that starts with it should be yours. @default '' */
  readonly prefix?: string;
}
export interface EtcdClientOptions {
  /** Its settings are taken over; the client itself is neither used up nor closed. */
  readonly client: Etcd3;
  /** Put before every key. @default '' */
  readonly prefix?: string;
}

/** @throws {InvalidOptionsError} at once: what etcd3 makes of such settings looks like a server that is down. */
export function checkOptions({ hosts, auth, credentials, prefix = '', ...unknown }: EtcdOptions) {
  refuseOthers('option', unknown, ['hosts', 'auth', 'credentials', 'prefix']);
  checkPrefix(prefix);
  if (auth) checkAuth(auth);
  const pem = credentials && checkCredentials(credentials);
  return {
    hosts: checkHosts(hosts, pem !== undefined),
    settings: { ...(auth && { auth }), ...(pem && { credentials: pem }) },
    prefix,
  };
}

export function checkPrefix(prefix: unknown): void {
  if (typeof prefix !== 'string') throw new InvalidOptionsError(`prefix must be a string, but is ${String(prefix)}.`);
}

function checkAuth({ username, password, ...unknown }: NonNullable<EtcdOptions['auth']>): void {
  refuseOthers('option of auth', unknown, ['username', 'password']);
  if (!username || typeof username !== 'string') throw new InvalidOptionsError('auth.username must be a name, but is empty.');
  if (typeof password !== 'string') throw new InvalidOptionsError('auth.password must be a string.');
}
