import { type Observable, Subject, catchError, defer, of, takeUntil, throwError } from 'rxjs';
import { InvalidOptionsError } from './errors.js';

type Verb<A extends unknown[], T> = (...args: A) => Observable<T>;

/** A backend's, until it is closed: trying again can't help then, so every verb fails with what no retry mends. */
export class Lifetime {
  readonly #closed$ = new Subject<never>(); // errors, and then does so to every later subscriber

  /** Fails at the end, for what it was about can't go on. */
  whileOpen<A extends unknown[], T>(verb: Verb<A, T>): Verb<A, T> {
    return (...args) => verb(...args).pipe(takeUntil(this.#closed$));
  }
  /** Completes at the end, for whoever only watches has nothing to lose; fails when asked later. */
  watching<A extends unknown[], T>(verb: Verb<A, T>): Verb<A, T> {
    const over$ = this.#closed$.pipe(catchError(() => of(undefined)));
    return (...args) => defer(() => (this.#closed$.hasError ? throwError(closed) : verb(...args).pipe(takeUntil(over$))));
  }
  end(): void {
    this.#closed$.error(closed());
  }
}

const closed = () => new InvalidOptionsError('This backend is closed: make another one.');
