import { type Server, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Connection, type Direction } from './connection.js';
import type { Rules } from './lane.js';
import { freePorts } from './ports.js';

type Match = (chunk: Buffer) => boolean;

/** A chunk that has been kept back, or will be. */
export interface Hold {
  /** Resolves when it has been caught. */
  readonly caught: Promise<void>;
  /** Lets it through, and `restAfter` milliseconds later what came behind it. */
  letGo(options?: { restAfter?: number }): void;
}
interface Rule {
  direction: Direction;
  match: Match;
  before?: () => Promise<unknown>;
  after?: (connection: Connection) => Promise<unknown>;
}

/** A TCP proxy that misbehaves on demand. Without a fault it passes everything on at once. */
export class FaultProxy {
  readonly #connections = new Set<Connection>();
  readonly #rules = new Set<Rule>();
  readonly #frozen = new Set<Direction>();
  readonly #holds = new Set<Hold>();
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
    const [caught, released] = [signal(), signal<number>()];
    const rule: Rule = {
      direction,
      match,
      before: () => (caught.resolve(), released.promise),
      after: () => released.promise.then((restAfter) => pause(restAfter)),
    };
    const letGo = ({ restAfter = 0 } = {}) => {
      this.#rules.delete(rule);
      this.#holds.delete(hold);
      released.resolve(restAfter);
    };
    const hold = { caught: caught.promise, letGo };
    this.#rules.add(rule);
    this.#holds.add(hold);
    return hold;
  }
  /** Ends every hold. */
  letGo(options?: { restAfter?: number }): void {
    this.#holds.forEach((hold) => hold.letGo(options));
  }

  /**
   * Delivers the first request that matches, and loses its answer: after `wait` ms the connection is reset, or with
   * `how: 'silence'` stays and says nothing any more. Resolves when that has happened.
   */
  cutAfter(match: Match, { wait = 100, how = 'reset' }: { wait?: number; how?: 'reset' | 'silence' } = {}): Promise<void> {
    const cut = signal();
    const after = async (connection: Connection) => {
      connection.silenced = true; // before anything of the answer can arrive
      await pause(wait);
      if (how === 'reset') connection.reset();
      cut.resolve();
    };
    this.#rules.add({ direction: 'up', match, after });
    return cut.promise;
  }

  /** Every connection ends, and nothing listens any more. */
  async close(): Promise<void> {
    this.refuse();
    this.reset();
    this.letGo();
    await Promise.all([...this.#connections].map((connection) => connection.closed()));
  }

  #rulesOf(direction: Direction, connection: Connection): Rules {
    let matched: Rule | undefined;
    return {
      frozen: () => this.#frozen.has(direction),
      delay: () => this.#delay.ms + Math.random() * this.#delay.jitter,
      before: (chunk) => {
        matched = [...this.#rules].find((rule) => rule.direction === direction && rule.match(chunk));
        if (matched) this.#rules.delete(matched); // the first match only
        return matched?.before?.();
      },
      after: () => matched?.after?.(connection),
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

/** A promise that is kept from outside. */
function signal<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  return { promise: new Promise<T>((keep) => (resolve = keep)), resolve };
}
