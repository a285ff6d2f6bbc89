import { EventEmitter } from 'node:events';
import type { Channel } from './channel.js';
import { Line } from './line.js';
import { FAILURES } from './status.js';
import type { Event, Range } from './store.js';

interface Asked {
  readonly create_request?: Range & { readonly start_revision?: string };
  readonly cancel_request?: { readonly watch_id: string };
}

/** How often a client asks whether its connection lives, and how long it waits: no server takes more than that. */
const PING = 5_500;
const PONG = 1_000;

/**
 * A stream of watches, in both directions: what is said comes in order, or not at all. An event can't be lost by itself: where it
 * would be, its watch is compacted away, the connection breaks, or the stream stands still for as long as that goes on.
 */
export class WatchStream extends EventEmitter {
  readonly #there: Line;
  readonly #back: Line;
  readonly #inbox: (() => void)[] = [];
  /** What the member watches for us. */
  readonly #watches = new Map<string, () => void>();
  readonly #leave: () => void;
  readonly #connection: number;
  #watched = 0;
  #closed = false;

  constructor(private readonly channel: Channel) {
    super();
    const { world } = channel.process;
    [this.#there, this.#back, this.#connection] = [new Line(world), new Line(world), channel.broken];
    this.#leave = channel.enter((error) => this.#end(error));
    this.#ping();
  }

  write(asked: Asked): void {
    const { faults, process, servers } = this.channel;
    if (!servers.isUp && !this.channel.isCut) return this.#end(FAILURES.refused());
    const { request } = faults.of({ verb: 'notify', at: process.now() });
    this.#there.send(
      request?.delay ?? 0,
      () => this.channel.cuts('requests'),
      () => this.#serve(asked),
    );
  }
  /** The client hears of it, too. */
  cancel(): void {
    this.#end(FAILURES.cancelled());
  }

  #serve({ create_request, cancel_request }: Asked): void {
    const { member } = this.channel;
    if (this.#isDead) return; // the servers know nothing of this connection
    if (create_request) {
      if (create_request.start_revision) throw new Error('A watch of the past is not modelled');
      const watch_id = String(this.#watched++);
      this.#tell(watch_id, member.revision, { created: true });
      this.#watches.set(
        watch_id,
        member.watch(create_request, (revision, events) => this.#tell(watch_id, revision, { events })),
      );
    } else if (cancel_request) {
      this.#forget(cancel_request.watch_id);
      this.#tell(cancel_request.watch_id, member.revision, { canceled: true });
    }
  }
  #forget(watch_id: string): void {
    this.#watches.get(watch_id)?.();
    this.#watches.delete(watch_id);
  }

  #tell(watch_id: string, revision: number, what: { created?: boolean; canceled?: boolean; events?: readonly Event[] }): void {
    const { faults, servers, process } = this.channel;
    const told = () => faults.of({ verb: 'notify', at: process.now() }).answer;
    const { drop = false, delay = 0, repeat } = told() ?? {};
    const send = (revision: number, what: object, stalls = false) => {
      const header = servers.headerAt(revision);
      const response = { created: false, canceled: false, compact_revision: '0', cancel_reason: '', events: [], ...what };
      this.#back.send(
        delay,
        () => this.channel.cuts('answers') || (stalls && told()?.drop === true),
        () => this.#hear({ header, watch_id, ...response }),
      );
    };
    const luck = drop ? servers.chance() : 1;
    if (luck < 0.3) return this.channel.reset();
    if (luck < 0.6 && what.events) {
      this.#forget(watch_id);
      return send(revision, { canceled: true, compact_revision: String(revision) });
    }
    send(revision, what, drop);
    if (repeat !== undefined && what.events) send(revision, {}); // no event comes twice: how far the watch is, does
  }
  /** In order, also when the process was stopped. */
  #hear(response: object): void {
    const { process } = this.channel;
    const next = () => this.#inbox.shift()?.();
    this.#inbox.push(() => this.#closed || this.emit('data', response));
    if (process.paused || this.#inbox.length > 1) process.world.after(0, next, process);
    else process.world.step(next, process);
  }

  get #isDead(): boolean {
    return this.#connection !== this.channel.broken;
  }
  #ping(): void {
    const { process } = this.channel;
    const isSilent = () => this.#isDead || this.channel.isCut;
    const pong = () => (isSilent() ? this.#end(FAILURES.dropped()) : this.#ping());
    const ping = () => (isSilent() ? (this.#timer = process.world.after(PONG, pong, process)) : this.#ping());
    if (!this.#closed) this.#timer = process.world.after(PING, ping, process);
  }
  #timer: { unsubscribe(): void } | undefined;

  #end(error: Error): void {
    if (this.#closed) return;
    const { process } = this.channel;
    this.#closed = true;
    this.#timer?.unsubscribe();
    this.#leave();
    for (const watch_id of [...this.#watches.keys()]) this.#forget(watch_id);
    this.#there.cut();
    this.#back.cut();
    process.world.after(0, () => (this.emit('error', error), this.emit('end')), process);
  }
}
