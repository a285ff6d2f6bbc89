import type { Observable, Subscription } from 'rxjs';
import { until } from '../../servers/until.js';
import { now } from './clock.js';

export interface Told<T> {
  readonly value: T;
  /** By {@link now}. */
  readonly at: number;
}

/** What a stream says, and when. Recording is subscribing. */
export class Recording<T> {
  readonly told: Told<T>[] = [];
  /** What it failed with. */
  error: unknown;
  readonly #subscription: Subscription;

  constructor(stream$: Observable<T>) {
    this.#subscription = stream$.subscribe({
      next: (value) => this.told.push({ value, at: now() }),
      error: (error: unknown) => (this.error = error),
    });
  }

  get values(): T[] {
    return this.told.map(({ value }) => value);
  }
  get last(): T | undefined {
    return this.told.at(-1)?.value;
  }
  /** The first that fits, among those from index `from` on: now or later. */
  async until(what: string, fits: (value: T) => unknown, { from = 0, timeout = 20_000 } = {}): Promise<Told<T>> {
    const found = () => this.told.find(({ value }, i) => i >= from && fits(value));
    return until(
      `${what}; told: ${this.values.slice(-10).map(String).join(', ')} ${this.error instanceof Error ? this.error.message : ''}`,
      found,
      timeout,
    );
  }
  stop(): void {
    this.#subscription.unsubscribe();
  }
}
