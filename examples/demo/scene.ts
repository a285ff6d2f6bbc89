import type { Cast } from './cast.js';
import { memoryCast } from './memoryCast.js';
import type { DemoOptions } from './options.js';
import { type StoreName, stores } from './stores.js';
import type { What } from './told.js';

/** Who plays, and where. */
export interface Scene {
  readonly title: string;
  readonly names: readonly string[];
  /** Milliseconds that it will probably take. */
  readonly span: number;
  /** What is said differently here. */
  readonly words: Partial<Record<What, string>>;
  readonly why: Partial<Record<string, string>>;
  readonly cast: Cast;
  /** Ends the server that was started here, once the cast has gone. */
  close(): Promise<void>;
}

const names = ['ada', 'ben', 'cleo'];
const ttl = 2_000; // the shortest that an etcd server grants unless it is told to

export const openScene = ({ store, hosts }: DemoOptions): Promise<Scene> =>
  store === undefined ? Promise.resolve(inOneProcess()) : amongProcesses(store, hosts);

function inOneProcess(): Scene {
  const cast = memoryCast({ key: 'demo', ttl });
  return {
    title: 'rx-tenure · three candidates for one key · embedded memory backend · ttl 2 s',
    names,
    span: 13_500,
    words: {},
    why: {},
    cast,
    close: () => Promise.resolve(),
  };
}

async function amongProcesses(name: StoreName, given?: readonly string[]): Promise<Scene> {
  const server = given ? undefined : await stores[name].start();
  try {
    const hosts = given ?? [server!.host];
    const version = await anyVersion(name, hosts);
    const { processCast } = await import('./processCast.js');
    const cast = await processCast({ store: name, hosts, names, key: `demo-${process.pid}`, ttl });
    return {
      title: `rx-tenure · three processes · ${stores[name].name} ${version} at ${hosts.join(', ')} · ttl 2 s`,
      names,
      span: 16_000,
      words: { crashed: 'is killed with SIGKILL', resigned: 'had SIGTERM: resigns' },
      why: { crash: 'SIGKILL', 'stop()': 'SIGTERM' },
      cast,
      close: async () => server?.stop(),
    };
  } catch (error) {
    await server?.stop();
    throw error;
  }
}

async function anyVersion(name: StoreName, hosts: readonly string[]): Promise<string> {
  return Promise.any(hosts.map((host) => stores[name].version(host))).catch(() => {
    throw new Error(
      `No ${stores[name].name} answers at ${hosts.join(', ')} (plain HTTP). Start one there, or leave out --hosts and the demo starts its own.`,
    );
  });
}
