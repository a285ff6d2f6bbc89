import type { World } from '../clock.js';

interface Message {
  readonly at: number;
  readonly isHeldUp: () => boolean;
  readonly arrived: () => void;
}

/** Milliseconds after which what was lost is sent again: twice as long each time. */
const AGAIN = 200;
const LONGEST = 1_600;

/** One direction of a stream: whatever becomes late makes all that follows late as well. */
export class Line {
  readonly #queue: Message[] = [];
  #isCut = false;

  constructor(private readonly world: World) {}

  send(delay: number, isHeldUp: () => boolean, arrived: () => void): void {
    this.#queue.push({ at: this.world.time + 1 + delay, isHeldUp, arrived });
    if (this.#queue.length === 1) this.#next();
  }
  cut(): void {
    this.#isCut = true;
  }

  #next(): void {
    const [head] = this.#queue;
    if (head) this.world.after(Math.max(0, head.at - this.world.time), () => this.#deliver(head, AGAIN));
  }
  #deliver(head: Message, again: number): void {
    if (this.#isCut) return;
    if (head.isHeldUp()) this.world.after(again, () => this.#deliver(head, Math.min(2 * again, LONGEST)));
    else {
      this.#queue.shift();
      head.arrived();
      this.#next();
    }
  }
}
