import type { Tenure } from '../../src/core/tenure.js';

/** A write as it travels: how many tenures had begun when its own did. */
export interface Write {
  readonly token: bigint;
  readonly order: number;
  readonly life: number;
}

/** What tenures write to, twice: one copy refuses a token older than the newest, the other takes everything. */
export class Register {
  /** Stale writes that the copy without a fence took: the harness can tell. */
  anomalies = 0;
  #order = 0;
  #life = 0;
  readonly #begun = new WeakMap<Tenure, Pick<Write, 'order' | 'life'>>();
  #fenced = { token: -1n, order: 0 };
  #control = 0;

  began(tenure: Tenure): void {
    this.#begun.set(tenure, { order: ++this.#order, life: this.#life });
  }
  /** Tokens are for the life of the store's data: they begin anew, and so do we. */
  reset(): void {
    this.#life++;
    this.#fenced = { token: -1n, order: 0 };
  }
  /** Undefined: the tenure was over before it began. */
  sent(tenure: Tenure): Write | undefined {
    const begun = this.#begun.get(tenure);
    return begun && { token: tenure.token, ...begun };
  }
  /** @returns Whether a write was let in that a later tenure's came before. */
  arrived({ token, order, life }: Write): boolean {
    if (life !== this.#life) return false;
    if (order < this.#control) this.anomalies++;
    this.#control = Math.max(order, this.#control);
    if (token < this.#fenced.token) return false;
    const stale = order < this.#fenced.order;
    this.#fenced = { token, order };
    return stale;
  }
}
