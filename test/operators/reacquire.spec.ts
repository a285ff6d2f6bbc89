import { type Observable, defer, map, startWith } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { BackendUnavailableError, DeniedError } from '../../src/core/errors.js';
import { reacquire } from '../../src/operators/reacquire.js';
import { marbles } from '../../src/testing/marbles.js';

const down = new BackendUnavailableError('down');
/** Longest pauses: 1, 2, 4, 8. */
const growing = { initial: 1, random: () => 1 };
/** The attempts in turn; the last is repeated. */
const trying = <T>(...attempts: Observable<T>[]) => defer(() => (attempts.length > 1 ? attempts.shift()! : attempts[0]!));

// prettier-ignore
describe('reacquire', () => {
  it('doubles its pause up to the largest', marbles(({ scheduler, cold, ...m }) => {
    const source = cold('#', undefined, down);
    const subs = [0, 1, 3, 7, 12, 17].map((at) => `${'-'.repeat(at)}(^!)`); // 1, 2, 4, 5, 5
    m.expectObservable(source.pipe(reacquire({ ...growing, max: 5, scheduler })), '--------------------!').toBe('');
    m.expectSubscriptions(source.subscriptions).toBe(subs);
  }));

  it('takes each pause at random from nothing to its bound', marbles(({ scheduler, cold, ...m }) => {
    const chances = [0, 0.5, 1];
    const source = cold('#', undefined, down);
    const subs = [0, 0, 2, 10].map((at) => `${'-'.repeat(at)}(^!)`); // 0 of 2, half of 4, all of 8
    m.expectObservable(source.pipe(reacquire({ initial: 2, random: () => chances.shift() ?? 1, scheduler })), '------------!').toBe('');
    m.expectSubscriptions(source.subscriptions).toBe(subs);
  }));

  // trap: retry({ resetOnSuccess }) counts any value as success, so one startWith inside hammers the server for ever
  it('is not reset by a value that says nothing of success', marbles(({ scheduler, cold, ...m }) => {
    const source = cold('#', undefined, down);
    const subs = [0, 1, 3, 7].map((at) => `${'-'.repeat(at)}(^!)`);
    const expected = 'ff-f---f--';
    m.expectObservable(source.pipe(startWith('f'), reacquire({ ...growing, settled: 1, scheduler })), '----------!').toBe(expected);
    m.expectSubscriptions(source.subscriptions).toBe(subs);
  }));

  it('is not reset by a tenure that was lost before a renewal was confirmed', marbles(({ scheduler, cold, ...m }) => {
    const source = trying(cold('#', undefined, down), cold('T-#', undefined, down), cold('T'));
    // attempts         0   1            5: the second pause is 2
    const expected = '  -T---T---';
    m.expectObservable(source.pipe(reacquire({ ...growing, settled: 3, scheduler })), '---------!').toBe(expected);
  }));

  it('is reset by one that outlived it', marbles(({ scheduler, cold, ...m }) => {
    const source = trying(cold('#', undefined, down), cold('#', undefined, down), cold('T---#', undefined, down), cold('T'));
    // attempts         0   1   3, lost at 7, the pause is 1
    const expected = '  ---T----T---';
    m.expectObservable(source.pipe(reacquire({ ...growing, settled: 3, scheduler })), '------------!').toBe(expected);
  }));

  // trap: the null of a loss comes late; counting from the last value forgets how long the tenure was
  it('counts from the first value of an attempt', marbles(({ scheduler, cold, ...m }) => {
    const source = trying(cold('#', undefined, down), cold('#', undefined, down), cold('T---(n#)', undefined, down), cold('T'));
    const expected = '  ---T---nT---';
    m.expectObservable(source.pipe(reacquire({ ...growing, settled: 3, scheduler })), '------------!').toBe(expected);
  }));

  it.each([['DENIED', new DeniedError('no permission')], ['an error of somebody else', new Error('oops')]])('passes what a retry cannot mend at once: %s', (_, error) => marbles(({ scheduler, cold, ...m }) => {
    const source = cold('-T-#', undefined, error);
    const subs = '       ^--!';
    const unsub = '      ---------!';
    m.expectObservable(source.pipe(reacquire({ ...growing, scheduler })), unsub).toBe('-T-#', undefined, error);
    m.expectSubscriptions(source.subscriptions).toBe(subs);
  })());

  it('reads retryable, never the class: errors of another copy of the library count', marbles(({ scheduler, cold, ...m }) => {
    const foreign = Object.assign(new Error('down'), { [Symbol.for('rx-tenure/error')]: true, code: 'BACKEND_UNAVAILABLE', retryable: true });
    const source = trying(cold('-#', undefined, foreign), cold('T'));
    m.expectObservable(source.pipe(reacquire({ ...growing, scheduler })), '-----!').toBe('--T');
  }));

  it('tells of each pause before it begins', marbles(({ scheduler, cold, ...m }) => {
    const told: unknown[] = [];
    const onRetry = (error: unknown, delay: number) => told.push([scheduler.now(), error, delay]);
    m.expectObservable(cold('#', undefined, down).pipe(reacquire({ ...growing, scheduler, onRetry })), '----!').toBe('');
    m.flush();
    expect(told).toEqual([[0, down, 1], [1, down, 2], [3, down, 4]]);
  }));

  it('counts for each subscriber alone', marbles(({ scheduler, cold, ...m }) => {
    const result = cold('f#', undefined, down).pipe(reacquire({ ...growing, settled: 9, scheduler }), map(() => 'f'));
    m.expectObservable(result, '^-------!').toBe('f-f--f--');
    m.expectObservable(result, '---^-------!').toBe('---f-f--f--');
  }));
});
