import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Subject } from 'rxjs';
import { election } from '../../src/index.js';
import { type FaultProxy, startProxy } from '../../test/servers/faultProxy.js';
import type { Cast } from './cast.js';
import type { Order, Role } from './process.js';
import { type StoreName, stores } from './stores.js';
import { type Told, type What, now } from './told.js';

interface ProcessCastOptions {
  readonly store: StoreName;
  readonly hosts: readonly string[];
  readonly names: readonly string[];
  readonly key: string;
  readonly ttl: number;
}

const PROGRAM = fileURLToPath(new URL('process.ts', import.meta.url));

/** Each candidate in a process of its own, and on its way to the store a proxy that can swallow everything. */
export async function processCast({ store, hosts, names, key, ttl }: ProcessCastOptions): Promise<Cast> {
  const told$ = new Subject<Told>();
  const [proxies, nodes, leaving] = [new Map<string, FaultProxy[]>(), new Map<string, ChildProcess>(), new Set<ChildProcess>()];
  const tell = (who: string, what: What, note?: string) => told$.next({ who, what, at: now(), ...(note && { note }) });
  const order = (name: string, what: Order) => nodes.get(name)?.send(what);

  /** Resolves when it is connected; from then on its end is news. */
  async function born(name: string): Promise<void> {
    const role: Role = { store, hosts: proxies.get(name)!.map(({ host }) => host), name, key, ttl };
    // A process group of its own: Ctrl-C is for us, and we tell it.
    const child = fork(PROGRAM, [JSON.stringify(role)], { execArgv: ['--import', 'tsx'], detached: true, silent: true });
    nodes.set(name, child);
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const ended = once(child, 'exit').then(([code, signal]) => {
      nodes.delete(name);
      if (!leaving.has(child)) throw new Error(`The process of ${name} ended by itself (${signal ?? code}).\n${said}`);
    });
    ended.catch((error: unknown) => told$.error(error));
    await Promise.race([once(child, 'message'), ended]);
    child.on('message', (told: Told) => told$.next(told));
  }

  async function gone(child: ChildProcess): Promise<void> {
    leaving.add(child);
    child.kill('SIGTERM');
    const impatient = setTimeout(() => child.kill('SIGKILL'), ttl + 1_000);
    await once(child, 'exit');
    clearTimeout(impatient);
  }

  async function close(): Promise<void> {
    [...proxies.values()].flat().forEach((proxy) => proxy.pass());
    await Promise.all([...nodes.values()].map(gone));
    await Promise.all([observer.close(), ...[...proxies.values()].flat().map((proxy) => proxy.close())]);
  }

  const observer = await stores[store].connect(hosts);
  try {
    for (const name of names) proxies.set(name, await Promise.all(hosts.map((target) => startProxy({ target }))));
    await Promise.all([...names].map(born));
  } catch (error) {
    await close();
    throw error;
  }

  return {
    told$,
    leader$: election(observer, { key, ttl }).leader$,
    stand: async (name) => {
      if (!nodes.has(name)) await born(name);
      order(name, 'stand');
    },
    crash: (name) => {
      const child = nodes.get(name)!;
      leaving.add(child);
      child.kill('SIGKILL');
      tell(name, 'crashed', `(pid ${child.pid})`);
    },
    stepDown: (name) => order(name, 'stepDown'),
    cutOff: (name) => {
      proxies.get(name)?.forEach((proxy) => proxy.freeze());
      tell(name, 'cut off');
    },
    reconnect: (name) => {
      proxies.get(name)?.forEach((proxy) => proxy.pass());
      tell(name, 'reconnected');
    },
    resign: (name) => void gone(nodes.get(name)!),
    close,
  };
}
