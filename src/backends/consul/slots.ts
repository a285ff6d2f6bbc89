import { Observable, type Subscription } from 'rxjs';
import { WAIT } from './store.js';

/** Blocking queries of one backend, at a time. */
const RUNNING = 6;
/** Consul keeps a query that was left open until its wait ends, and counts connections by address: 200 by default. */
const LEFT_BEHIND = 12;

/** A bounded number of blocking queries, those that the agent still keeps for us included. First come, first served. */
export class Slots {
  #running = 0;
  readonly #behind = new Set<NodeJS.Timeout>();
  readonly #waiting = new Set<() => void>();

  /** Subscribes when there is room; until then whoever waits reads from time to time. */
  use<T>(query: Observable<T>): Observable<T> {
    return new Observable((subscriber) => {
      let inner: Subscription | undefined;
      const begin = () => {
        this.#running++;
        inner = query.subscribe(subscriber);
      };
      this.#waiting.add(begin);
      this.#admit();
      return () => {
        if (this.#waiting.delete(begin)) return;
        inner?.unsubscribe();
        this.#running--;
        this.#admit();
      };
    });
  }

  /** One that was left before its answer. */
  leave(): void {
    const end = setTimeout(() => {
      this.#behind.delete(end);
      this.#admit();
    }, WAIT).unref();
    this.#behind.add(end);
  }

  close(): void {
    this.#waiting.clear();
    this.#behind.forEach((end) => clearTimeout(end));
  }

  #admit(): void {
    for (const begin of this.#waiting) {
      if (this.#running >= RUNNING || this.#running + this.#behind.size >= RUNNING + LEFT_BEHIND) return;
      this.#waiting.delete(begin);
      begin();
    }
  }
}
