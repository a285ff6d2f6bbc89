import { BehaviorSubject, type Observable, type ObservableInput, EMPTY, catchError, finalize, first, from } from 'rxjs';

/** A ledger of what must end before something else may begin. */
export class Pending {
  readonly #entries = new BehaviorSubject(0);
  /** Emits once and completes when nothing is left. */
  readonly settled: Observable<unknown> = this.#entries.pipe(first((entries) => entries === 0));

  get size(): number {
    return this.#entries.value;
  }

  /** Enters something. Call what it returns once, to leave: at once, or when `last` has ended, however it ends. */
  enter(): (last?: ObservableInput<unknown>) => void {
    this.#entries.next(this.#entries.value + 1);
    return (last = EMPTY) => {
      from(last)
        .pipe(
          catchError(() => EMPTY),
          finalize(() => this.#entries.next(this.#entries.value - 1)),
        )
        .subscribe();
    };
  }

  add(work: ObservableInput<unknown>): void {
    const begun = from(work); // throws at once what is no ObservableInput
    this.enter()(begun);
  }
}
