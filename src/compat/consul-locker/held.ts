import { type Observable, Subscription, asapScheduler, lastValueFrom, subscribeOn } from 'rxjs';
import { isTenureError } from '../../core/errors.js';
import type { Tenure } from '../../core/tenure.js';

/** A lock that is asked for or held: its subscription, and the answer that everybody gets while it stands. */
export class Held {
  readonly answer: Promise<true>;
  readonly #kept = new Subscription();
  #tenure: Tenure | undefined;

  /** @param over Called when it is refused or lost. */
  constructor(lock$: Observable<Tenure>, over: () => void) {
    this.answer = new Promise((resolve, reject) => {
      const next = (tenure: Tenure) => ((this.#tenure = tenure), resolve(true));
      const error = (error: unknown) => (over(), reject(refusal(error)));
      this.#kept.add(lock$.pipe(subscribeOn(asapScheduler)).subscribe({ next, error }));
    });
  }

  /** Asked for, or held and checked against the deadline. */
  get stands(): boolean {
    return this.#tenure?.isCurrent() ?? true;
  }
  /** Resolves when the store has nothing of it any more. What is being asked for is answered first. */
  async leave(): Promise<void> {
    await this.answer.catch(() => undefined);
    this.#kept.unsubscribe();
    if (this.#tenure) await lastValueFrom(this.#tenure.released, { defaultValue: undefined });
  }
}

const refusal = (error: unknown) =>
  isTenureError(error) && error.code === 'HELD' ? new Error('Already locked', { cause: error }) : (error as Error);
