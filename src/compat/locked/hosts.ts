import type { etcdBackend } from '../../backends/etcd/index.js';

type BackendOptions = Parameters<typeof etcdBackend>[0];
type Client = Exclude<BackendOptions, { hosts: unknown } | { client: unknown }>;

/** What the old client calls itself: only its hosts are used. */
interface OldClient {
  readonly _hosts: readonly string[];
}
/** Where etcd is: a string, with commas for several, a list, a client of npm `etcd3`, or one of the old etcdjs. */
export type Hosts = string | readonly string[] | Client | OldClient;

/** Whatever `locked` took, as the backend takes it. @throws {Error} `Invalid protocol: tcp:` for a scheme that is no HTTP. */
export function backendOptions(hosts: Hosts): BackendOptions {
  if (typeof hosts === 'object' && 'leaseClient' in hosts) return { client: hosts };
  const given = typeof hosts === 'object' && '_hosts' in hosts ? hosts._hosts : hosts;
  return {
    hosts: [given]
      .flat()
      .flatMap((each) => each.split(','))
      .map((each) => each.trim().replace(/\/$/, ''))
      .map(usable),
  };
}

/** With the old default port. */
function usable(host: string): string {
  const [, scheme = 'http:'] = /^([a-z][a-z\d+.-]*:)\/\//i.exec(host) ?? [];
  if (!/^https?:$/i.test(scheme)) throw new Error(`Invalid protocol: ${scheme}`);
  return /:\d+$/.test(host) ? host : `${host}:4001`;
}
