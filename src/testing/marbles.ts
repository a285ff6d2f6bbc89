import { TestScheduler } from 'rxjs/testing';
import { deepEqual } from './deepEqual.js';
import { difference } from './difference.js';

/** What a marble test gets: the virtual clock, and the helpers of `TestScheduler.run`. */
export type MarbleHelpers = Parameters<Parameters<TestScheduler['run']>[0]>[0] & { readonly scheduler: TestScheduler };

/**
 * A test in virtual time, for any runner: one character is one millisecond, and no test waits.
 *
 *     it('ends with its source', marbles(({ scheduler, cold, expectObservable }) => {
 *       expectObservable(cold('a--|').pipe(delay(2, scheduler))).toBe('--a--|');
 *     }));
 *
 * Only RxJS schedulers are virtual: a promise, `setTimeout` or `Date.now` in the code under test makes it hang, or pass for
 * nothing. A stream that never ends (a renewal, a watch) needs an unsubscription: the second argument of `expectObservable`.
 *
 * @param body Says what happens and what is expected; pass its `scheduler` wherever a clock is asked for.
 * @returns A function for `it`.
 * @throws {Error} when it runs, if what happened is not what was expected: both are drawn.
 */
export function marbles(body: (helpers: MarbleHelpers) => void): () => void {
  return () => {
    const scheduler = new TestScheduler((actual: unknown, expected: unknown) => {
      if (!deepEqual(actual, expected)) throw difference(actual, expected);
    });
    scheduler.run((helpers) => body({ ...helpers, scheduler }));
  };
}
