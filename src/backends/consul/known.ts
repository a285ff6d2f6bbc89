import { type Queue, sameQueue } from './wire.js';

/** A queue as one answer showed it. */
export interface Sight {
  readonly queue: Queue;
  /** The store's index, or the largest that was seen: at least as late as this. */
  readonly index: number;
  /** When it was asked for, in turns of this backend. */
  readonly asked: number;
}
type Change = (queue: Queue) => Queue;

/**
 * All that is known of one queue, from answers in any order and writes of our own: it does not go back.
 *
 * Consul does not tell when it read what it answers, and an index falls where something is deleted. So an answer is the present when
 * it was asked for after all others had come; one that was overtaken counts only where its index is beyond all that was seen.
 */
export class Known {
  #queue: Queue | undefined;
  /** Of the latest answer. */
  #index = 0;
  /** The largest of any answer, and of any write of our own. */
  #seen = 0;
  #written = 0;
  /** What we deleted since the last fresh answer: an overtaken one may still show it. */
  readonly #deleted: Change[] = [];

  /** @param learnt The turn in which something was learnt last: what is asked for later is fresh. */
  constructor(
    private readonly turn: () => number,
    private learnt: number,
  ) {}

  get queue(): Queue | undefined {
    return this.#queue;
  }
  /** All that happened up to this index is known, if anything is. */
  get index(): number {
    return this.#index;
  }

  /**
   * What an answer makes of it. The first must be fresh: what was on its way before may not show yet what we have written. What may
   * be the past is refused, also when the store has lost its data: a fresh one tells.
   */
  read({ queue, index, asked }: Sight): 'present' | 'nothing new' | 'past' {
    const isFresh = asked > this.learnt;
    if (isFresh) this.#deleted.length = 0;
    const shown = this.#deleted.reduce((seen, deleted) => deleted(seen), queue);
    const isLater = this.#queue !== undefined && index > this.#seen && index >= this.#written;
    if (!isFresh && !isLater) return index === this.#seen && sameQueue(this.#queue, shown) ? 'nothing new' : 'past';
    this.#reach(index);
    this.#queue = shown;
    return 'present';
  }
  /** What a write of our own makes of it, unless what is known is later; a deletion leaves no index. */
  wrote(change: Change, index?: number): boolean {
    if (index !== undefined && index <= this.#index) return false;
    if (index === undefined) this.#deleted.push(change);
    this.#written = Math.max(this.#written, index ?? 0);
    this.learnt = this.turn();
    this.#queue &&= change(this.#queue);
    return this.#queue !== undefined;
  }
  /** What is older than this index; what comes next is asked for from now on. */
  forget(index: number): boolean {
    if (index <= this.#index) return false;
    this.#reach(index);
    this.#queue = undefined;
    return true;
  }
  #reach(index: number): void {
    [this.#index, this.#seen, this.learnt] = [index, Math.max(this.#seen, index), this.turn()];
  }
}
