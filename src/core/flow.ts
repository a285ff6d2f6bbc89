import { Observable, Subscription } from 'rxjs';

/**
 * At most so many at a time; whoever comes later is subscribed when one has ended, first come, first served.
 *
 * A store that is asked five thousand things at once answers none of them in time: each one's timeout begins when it is let in,
 * and what is not let in, such as a renewal, is not held up by the others.
 */
export class Flow {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(most: number) {
    this.#free = most;
  }

  admit<T>(call$: Observable<T>): Observable<T> {
    return new Observable((subscriber) => {
      const inside = new Subscription();
      const begin = () => {
        this.#free--;
        inside.add(() => this.#left());
        inside.add(
          call$.subscribe({
            next: (value) => subscriber.next(value),
            error: (error: unknown) => (inside.unsubscribe(), subscriber.error(error)),
            complete: () => (inside.unsubscribe(), subscriber.complete()),
          }),
        );
      };
      if (this.#free > 0) begin();
      else this.#waiting.add(begin);
      return () => {
        this.#waiting.delete(begin);
        inside.unsubscribe();
      };
    });
  }

  #left(): void {
    this.#free++;
    const [next] = this.#waiting;
    if (!next) return;
    this.#waiting.delete(next);
    next();
  }
}
