import { type Socket, connect } from 'node:net';
import { type Item, Lane, type Rules } from './lane.js';

export type Direction = 'up' | 'down';

/** One client's connection through the proxy: up to the target, and down again. */
export class Connection {
  /** Answers are thrown away, as if the network had lost them. */
  silenced = false;
  readonly #client: Socket;
  readonly #target: Socket;
  readonly #lanes: Record<Direction, Lane>;

  constructor(client: Socket, target: { host: string; port: number }, rules: (direction: Direction, connection: Connection) => Rules) {
    this.#client = client;
    this.#target = connect({ ...target, allowHalfOpen: true });
    this.#lanes = {
      up: new Lane((item) => emit(this.#target, item), rules('up', this)),
      down: new Lane((item) => this.silenced || emit(client, item), rules('down', this)),
    };
    feed(client, this.#lanes.up);
    feed(this.#target, this.#lanes.down);
  }

  /** Whether the client still has it. */
  get open(): boolean {
    return !this.#client.destroyed;
  }
  flush(): void {
    this.#lanes.up.flush();
    this.#lanes.down.flush();
  }
  /** Both ends get an RST, and what was on its way is lost. */
  reset(): void {
    this.#lanes.up.discard();
    this.#lanes.down.discard();
    this.#client.resetAndDestroy();
    this.#target.resetAndDestroy();
  }
  /** Resolves when neither end is left. */
  async closed(): Promise<void> {
    await Promise.all([gone(this.#client), gone(this.#target)]);
  }
}

/** By an error too, which `events.once` would reject with. */
const gone = (end: Socket) => new Promise<void>((resolve) => (end.closed ? resolve() : end.once('close', () => resolve())));

function feed(from: Socket, lane: Lane): void {
  from.setNoDelay(true);
  from.on('data', (chunk) => lane.push({ kind: 'bytes', chunk }));
  from.on('end', () => lane.push({ kind: 'end' }));
  from.on('error', () => lane.push({ kind: 'reset' }));
}

function emit(to: Socket, item: Item): void {
  if (item.kind === 'reset') to.resetAndDestroy();
  else if (item.kind === 'end') to.end();
  else if (to.writable) to.write(item.chunk);
}
