/** What goes one way through the proxy, in the order in which it came. */
export type Item = { kind: 'bytes'; chunk: Buffer } | { kind: 'end' } | { kind: 'reset' };

export interface Rules {
  frozen(): boolean;
  /** Milliseconds for the next chunk. */
  delay(): number;
  /** Asked once for each chunk, at the front: it waits for what this returns, and everything behind it waits as well. */
  before(chunk: Buffer): Promise<unknown> | undefined;
  /** Asked when it has been delivered: everything behind it waits for what this returns. */
  after(chunk: Buffer): Promise<unknown> | undefined;
}

/** One direction of one connection: nothing overtakes, whatever is frozen, held or delayed meanwhile. */
export class Lane {
  readonly #queue: { item: Item; due: number }[] = [];
  readonly #exit: (item: Item) => void;
  readonly #rules: Rules;
  #lastDue = 0;
  #waiting = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(exit: (item: Item) => void, rules: Rules) {
    [this.#exit, this.#rules] = [exit, rules];
  }

  push(item: Item): void {
    this.#lastDue = Math.max(this.#lastDue, performance.now() + this.#rules.delay());
    this.#queue.push({ item, due: this.#lastDue });
    this.flush();
  }

  /** Lets out what may go by now. */
  flush(): void {
    clearTimeout(this.#timer);
    for (let head = this.#queue[0]; head && !this.#waiting && !this.#rules.frozen(); head = this.#queue[0]) {
      const early = head.due - performance.now();
      if (early > 0) {
        this.#timer = setTimeout(() => this.flush(), early);
        return;
      }
      this.#queue.shift();
      this.#deliver(head.item);
    }
  }

  discard(): void {
    clearTimeout(this.#timer);
    this.#queue.length = 0;
  }

  #deliver(item: Item): void {
    if (item.kind !== 'bytes') return this.#exit(item);
    const go = () => {
      this.#exit(item);
      return this.#rules.after(item.chunk);
    };
    const held = this.#rules.before(item.chunk);
    this.#waitFor(held ? held.then(go) : go());
  }

  #waitFor(something: Promise<unknown> | undefined): void {
    if (!something) return;
    this.#waiting = true;
    void something.then(() => {
      this.#waiting = false;
      this.flush();
    });
  }
}
