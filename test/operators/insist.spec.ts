import { defer, type Observable } from 'rxjs';
import { describe, it } from 'vitest';
import { BackendUnavailableError, DeniedError } from '../../src/core/errors.js';
import { insist } from '../../src/operators/insist.js';
import { marbles } from '../../src/testing/marbles.js';

const down = new BackendUnavailableError('down');
const inTurn = (...attempts: Observable<string>[]) => defer(() => (attempts.length > 1 ? attempts.shift()! : attempts[0]!));

// prettier-ignore
describe('insist', () => {
  it('mends a failure before anything is held, and tells one after it', marbles(({ scheduler, cold, expectObservable }) => {
    const first = cold('  -#           ', undefined, down);
    const second = cold('     --T---#  ', undefined, down); // 4 later: initial 4, random 1 less than its bound
    const expected = '    -------T---# ';
    const result = inTurn(first, second).pipe(insist({ initial: 4, random: () => 1, scheduler }));
    expectObservable(result).toBe(expected, undefined, down);
  }));

  it('tells at once what a retry cannot mend', marbles(({ scheduler, cold, expectObservable }) => {
    const denied = new DeniedError('no');
    const source = cold(' --#', undefined, denied);
    expectObservable(source.pipe(insist({ scheduler }))).toBe('--#', undefined, denied);
  }));

  it('begins anew with each subscriber', marbles(({ scheduler, cold, hot, expectObservable }) => {
    const source = inTurn(cold('T-#', undefined, down), cold('#', undefined, down), cold('T--'));
    const result = source.pipe(insist({ initial: 2, random: () => 1, scheduler }));
    expectObservable(result).toBe('T-#', undefined, down);
    expectObservable(hot('----a').pipe(() => result), '    ----^---!').toBe('------T-');
  }));
});
