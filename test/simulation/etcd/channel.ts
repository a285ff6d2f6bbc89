import type { MemoryCall, MemoryFaults, Way } from '../../../src/backends/memory/faults.js';
import type { Process } from '../clock.js';
import type { EtcdMember, Reply } from './member.js';
import type { EtcdServers } from './servers.js';
import { FAILURES } from './status.js';
import { WatchStream } from './watchStream.js';

/** Who waits for an answer: at most one of both is called, once, in the process. */
interface Caller {
  readonly answered: (answer: object) => void;
  readonly failed: (error: Error) => void;
}
type Side = 'requests' | 'answers';

/** Milliseconds after which what was lost is sent again, twice as long each time, until pings have ended the connection. */
const AGAIN = 200;
const MOST = 3_200;

/**
 * The connection of one process to one member: calls side by side, each with a deadline, and streams. Nothing here knows a lost
 * message: what meets a silent partition is sent again, or never, and whatever breaks the connection breaks all that is on it.
 */
export class Channel {
  /** Fails what is on the connection. */
  readonly #open = new Set<(error: Error) => void>();
  /** Counts connections that the servers have closed: a client that can't hear goes on with them. */
  #broken = 0;
  #passes = true;

  constructor(
    readonly process: Process,
    readonly faults: MemoryFaults,
    readonly member: EtcdMember,
    readonly servers: EtcdServers,
  ) {
    servers.onStop.add(() => this.#stopped());
  }

  /** @param deadline By the wall clock. @returns How to leave: nobody listens any more, and the request goes on. */
  call(verb: MemoryCall['verb'], deadline: number, serve: (reply: Reply) => void, { answered, failed }: Caller): () => void {
    const { world } = this.process;
    const { request: there = {}, answer: back = {}, cut } = this.faults.of({ verb, at: this.process.now() });
    const leave = () => (over.unsubscribe(), this.#open.delete(fail));
    const settle = (tell: () => void) => this.#in(() => leave() && tell());
    const fail = (error: Error) => settle(() => failed(error));
    const over = world.after(Math.max(0, deadline - this.process.wall()), () => fail(FAILURES.deadline()), this.process);
    this.#open.add(fail);

    const { life } = this.servers;
    const reply: Reply = (outcome) =>
      this.#way('answers', back, () => {
        if (cut === 'after') this.reset();
        else if ('error' in outcome) fail(outcome.error);
        else settle(() => answered(outcome.answer));
      });
    const arrive = (told: Reply) => {
      if (cut === 'before') {
        if (this.servers.chance() < 0.5) fail(FAILURES.refused());
        this.reset();
      } else if (this.servers.isUp && life === this.servers.life) serve(told);
      else fail(FAILURES.reset());
    };
    if (!this.servers.isUp) {
      this.#way('answers', {}, () => fail(FAILURES.refused()));
      return leave;
    }
    // No answer of gRPC's comes twice, nor does it repeat what a server may have seen. A proxy between does: it hears only its last attempt,
    // or had given up the one that the server was about to carry out.
    const { repeat } = there as Way & { repeat?: number };
    const twice = back.repeat ?? repeat;
    this.#way('requests', there, () => arrive(back.repeat === undefined ? reply : () => undefined));
    if (twice !== undefined)
      this.#way('requests', { delay: (there.delay ?? 0) + twice }, () => arrive(back.repeat === undefined ? () => undefined : reply));
    return leave;
  }

  watch(): WatchStream {
    return new WatchStream(this);
  }
  /** Something on the connection, until it breaks. @returns How to leave it */
  enter(fail: (error: Error) => void): () => void {
    this.#open.add(fail);
    return () => void this.#open.delete(fail);
  }
  /** Whether the servers have closed a connection that was made then. */
  get broken(): number {
    return this.#broken;
  }
  get isCut(): boolean {
    return this.cuts('requests') || this.cuts('answers');
  }
  cuts(side: Side): boolean {
    return !this.#passes || this.faults.cuts(side);
  }
  /** Whether this member, among others, can be reached from here. */
  pass(passes: boolean): void {
    this.#passes = passes;
  }

  /** Whatever breaks now is heard of at both ends. */
  reset(): void {
    this.#broken++;
    this.#fail([...this.#open]);
  }
  /** Whoever listens hears of it, unless nothing comes through. */
  #stopped(): void {
    this.#broken++;
    const all = [...this.#open];
    this.process.world.after(1, () => this.cuts('answers') || this.#fail(all));
  }
  #fail(all: readonly ((error: Error) => void)[]): void {
    all.forEach((fail) => fail(FAILURES.reset()));
  }
  #way(side: Side, { drop = false, delay = 0 }: Way, arrived: () => void): void {
    if (!drop) this.#carry(side, 1 + delay, AGAIN, arrived);
  }
  #carry(side: Side, delay: number, again: number, arrived: () => void): void {
    const { world } = this.process;
    world.after(delay, () => {
      if (!this.cuts(side)) arrived();
      else if (again <= MOST && this.servers.chance() < 0.9) this.#carry(side, again, 2 * again, arrived);
    });
  }
  /** In the process, when it runs. */
  #in(run: () => void): void {
    const { world, paused } = this.process;
    if (paused) world.after(0, run, this.process);
    else world.step(run, this.process);
  }
}
