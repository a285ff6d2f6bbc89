import { BehaviorSubject, type Observable, type ObservableInput, EMPTY, catchError, finalize, first, from } from 'rxjs';

/** A ledger of what must end before something else may begin. */
export class Pending {
  readonly #entries = new BehaviorSubject(0);
  /** Emits once and completes when nothing is left. */
  readonly settled: Observable<unknown> = this.#entries.pipe(first((entries) => entries === 0));

  /** @param within A larger ledger, in which everything here is entered as well. */
  constructor(private readonly within?: Pending) {}

  /** Enters something. Call what it returns once, to leave: at once, or when `last` has ended, however it ends. */
  enter(): (last?: ObservableInput<unknown>) => void {
    this.#entries.next(this.#entries.value + 1);
    const leave = this.within?.enter();
    return (last = EMPTY) => {
      from(last)
        .pipe(
          catchError(() => EMPTY),
          finalize(() => {
            this.#entries.next(this.#entries.value - 1);
            leave?.();
          }),
        )
        .subscribe();
    };
  }

  add(work: ObservableInput<unknown>): void {
    const begun = from(work); // throws at once what is no ObservableInput
    this.enter()(begun);
  }
}
