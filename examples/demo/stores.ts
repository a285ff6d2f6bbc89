import type { Backend } from '../../src/index.js';

/** A store that candidates in processes of their own can meet at. */
export interface Store {
  readonly name: string;
  /** One of its own, on a free port and with temporary data. */
  start(): Promise<{ host: string; stop(): Promise<void> }>;
  /** Rejects when nobody answers at `host:port`. */
  version(host: string): Promise<string>;
  connect(hosts: readonly string[]): Promise<Backend>;
}

const ask = async (url: string): Promise<unknown> => (await fetch(url, { signal: AbortSignal.timeout(3_000) })).json();

// Each is imported when it is chosen: the memory demo needs none of their clients.
const etcd: Store = {
  name: 'etcd',
  start: async () => {
    const { startEtcd } = await import('../../test/servers/etcd.js');
    return startEtcd();
  },
  version: async (host) => ((await ask(`http://${host}/version`)) as { etcdserver: string }).etcdserver,
  connect: async (hosts) => {
    const { etcdBackend } = await import('../../src/backends/etcd/index.js');
    return etcdBackend({ hosts: [...hosts], prefix: 'rx-tenure-demo/' });
  },
};

export const stores = { etcd } as const;
export type StoreName = keyof typeof stores;
