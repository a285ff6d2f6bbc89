import type { Backend } from '../../src/index.js';

/** A store that candidates in processes of their own can meet at. */
export interface Store {
  readonly name: string;
  /** One of its own, on a free port and with temporary data. */
  start(): Promise<{ host: string; stop(): Promise<void> }>;
  /** Of whoever answers at `host:port`. */
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

const consul: Store = {
  name: 'Consul',
  start: async () => {
    const { startConsul } = await import('../../test/servers/consul.js');
    const agent = await startConsul();
    return { host: `${agent.host}:${agent.port}`, stop: () => agent.stop() };
  },
  version: async (host) => ((await ask(`http://${host}/v1/agent/self`)) as { Config: { Version: string } }).Config.Version,
  connect: async ([agent = '']) => {
    const { consulBackend } = await import('../../src/backends/consul/index.js');
    const { hostname: host, port } = new URL(`http://${agent}`);
    return consulBackend({ host, port: Number(port), prefix: 'rx-tenure-demo/' });
  },
};

export const stores = { etcd, consul } as const;
export type StoreName = keyof typeof stores;
