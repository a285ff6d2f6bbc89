import {
  AsyncSubject,
  BehaviorSubject,
  type Observable,
  type ObservableInput,
  EMPTY,
  catchError,
  defer,
  finalize,
  first,
  from,
  merge,
} from 'rxjs';

/** A ledger of what must end before something else may begin. */
export class Pending<T = unknown> {
  readonly #count = new BehaviorSubject(0);
  /** What each entry ends with, and what it is about. */
  readonly #entries = new Map<Observable<T>, unknown>();
  /** Emits once and completes when nothing is left. */
  readonly settled: Observable<unknown> = this.#count.pipe(first((entries) => entries === 0));

  /** Enters something. Call what it returns once, to leave: at once, or when `last` has ended, however it ends. */
  enter(about?: unknown): (last?: ObservableInput<T>) => void {
    const entry = new AsyncSubject<T>();
    this.#entries.set(entry, about);
    this.#count.next(this.#entries.size);
    return (last = EMPTY) => {
      from(last)
        .pipe(
          finalize(() => {
            this.#entries.delete(entry);
            this.#count.next(this.#entries.size);
          }),
        )
        .subscribe(entry);
    };
  }

  /** What is entered by now, or by now and about this: what each ends with. Whoever enters later is not waited for. */
  left(about?: unknown): Observable<T> {
    return defer(() => {
      const entries = [...this.#entries].filter(([, topic]) => about === undefined || topic === about);
      return merge(...entries.map(([entry]) => entry));
    });
  }

  add(work: ObservableInput<T>): void {
    const begun = from(work); // throws at once what is no ObservableInput
    this.enter()(begun.pipe(catchError(() => EMPTY)));
  }
}
