import { type Server, createServer } from 'node:net';
import { Connection, type Direction } from './connection.js';
import { type Hold, Interceptions, type Match } from './interceptions.js';
import type { Rules } from './lane.js';
import { freePorts } from './ports.js';

/** A TCP proxy that misbehaves on demand. Without a fault it passes everything on at once. */
export class FaultProxy {
  readonly #connections = new Set<Connection>();
  readonly #interceptions = new Interceptions();
  readonly #frozen = new Set<Direction>();
  #delay = { ms: 0, jitter: 0 };
  #listener: Server | undefined;

  constructor(
    private readonly target: { host: string; port: number },
    readonly port: number,
  ) {}

  /** Host and port, to use instead of the target's. */
  get host(): string {
    return `127.0.0.1:${this.port}`;
  }
  /** How many connections clients have open. */
  connections(): number {
    return [...this.#connections].filter(({ open }) => open).length;
  }

  /** No freeze and no delay from now on; what was frozen is delivered. */
  pass(): void {
    this.#frozen.clear();
    this.#delay = { ms: 0, jitter: 0 };
    this.#connections.forEach((connection) => connection.flush());
  }
  /** Nothing passes: no byte, no FIN, no RST, also of new connections. `up` is from the client to the target. */
  freeze(direction: Direction | 'both' = 'both'): void {
    if (direction !== 'down') this.#frozen.add('up');
    if (direction !== 'up') this.#frozen.add('down');
  }
  /** Each way, for what comes from now on: `ms`, and up to `jitter` more. */
  delay(ms: number, jitter = 0): void {
    this.#delay = { ms, jitter };
  }
  /** An RST to both ends of every connection. */
  reset(): void {
    this.#connections.forEach((connection) => connection.reset());
  }
  /** New connections are refused; those that exist stay. */
  refuse(): void {
    this.#listener?.close();
    this.#listener = undefined;
  }
  /** New connections are accepted (again). */
  async accept(): Promise<void> {
    if (this.#listener) return;
    const listener = createServer({ allowHalfOpen: true }, (client) => {
      const connection = new Connection(client, this.target, (direction, each) => this.#rulesOf(direction, each));
      this.#connections.add(connection);
      void connection.closed().then(() => this.#connections.delete(connection));
    });
    this.#listener = listener;
    await new Promise<void>((resolve, reject) => listener.once('error', reject).listen(this.port, '127.0.0.1', resolve));
  }

  /**
   * Keeps back the first chunk that matches, and what follows on its connection. The client may give up meanwhile: the
   * chunk still arrives when it is let go, and only then does the target hear that the client has gone.
   */
  hold(match: Match, { direction = 'up' }: { direction?: Direction } = {}): Hold {
    return this.#interceptions.hold(match, direction);
  }
  /** Ends every hold. */
  letGo(options?: { restAfter?: number }): void {
    this.#interceptions.letGo(options);
  }

  /**
   * Delivers the first request that matches, and loses its answer: after `wait` ms the connection is reset, or with
   * `how: 'silence'` stays and says nothing any more. Resolves when that has happened.
   */
  cutAfter(match: Match, { wait = 100, how = 'reset' }: { wait?: number; how?: 'reset' | 'silence' } = {}): Promise<void> {
    return this.#interceptions.cutAfter(match, wait, how);
  }

  /** Every connection ends, and nothing listens any more. */
  async close(): Promise<void> {
    this.refuse();
    this.reset();
    this.letGo();
    await Promise.all([...this.#connections].map((connection) => connection.closed()));
  }

  #rulesOf(direction: Direction, connection: Connection): Rules {
    return {
      frozen: () => this.#frozen.has(direction),
      delay: () => this.#delay.ms + Math.random() * this.#delay.jitter,
      ...this.#interceptions.for(direction, connection),
    };
  }
}

/** `target` and the proxy's own address are `host:port`. */
export async function startProxy({ target }: { target: string }): Promise<FaultProxy> {
  const [, host = '', port = ''] = /^(?:\w+:\/\/)?(.+):(\d+)$/.exec(target) ?? [];
  const [own = 0] = await freePorts(1);
  const proxy = new FaultProxy({ host, port: Number(port) }, own);
  await proxy.accept();
  return proxy;
}
