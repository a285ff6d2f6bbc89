import { finalize, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { LeaseLostError } from '../../src/core/errors.js';
import { lapse } from '../../src/operators/lapse.js';
import { marbles } from '../../src/testing/marbles.js';

const lost = new LeaseLostError({ id: 'a', ttl: 9 }, 'expired');

// prettier-ignore
describe('lapse', () => {
  it('says null before it fails', marbles(({ cold, ...m }) => {
    const source = cold('--T-----#   ', undefined, lost);
    const subs = '       ^-------!   ';
    const expected = '   --T-----(n#)';
    m.expectObservable(source.pipe(lapse())).toBe(expected, { T: 'T', n: null }, lost);
    m.expectSubscriptions(source.subscriptions).toBe(subs);
  }));

  it('passes an error alone when nothing was held', marbles(({ cold, ...m }) => {
    m.expectObservable(cold('--#', undefined, lost).pipe(lapse())).toBe('--#', undefined, lost);
  }));

  it('forgets what an earlier subscription held', marbles(({ hot, ...m }) => {
    const lapsing = hot('-T--#', undefined, lost).pipe(lapse());
    m.expectObservable(lapsing, '^----').toBe('-T--(n#)', { T: 'T', n: null }, lost);
    m.expectObservable(lapsing, '--^--').toBe('----#', undefined, lost);
  }));

  it('completes with its source, without a null', marbles(({ cold, ...m }) => {
    m.expectObservable(cold('-T-|').pipe(lapse())).toBe('-T-|');
  }));

  // trap: catchError unsubscribes the source first, so that the key is given up before anybody hears of it
  it('is heard before anything is torn down', marbles(({ cold, ...m }) => {
    const log: unknown[] = [];
    const source = cold('T--#', undefined, lost).pipe(finalize(() => log.push('torn down')));
    const heard = tap<string | null>({ next: (value) => log.push(value), error: () => log.push('error') });
    m.expectObservable(source.pipe(lapse(), heard)).toBe('T--(n#)', { T: 'T', n: null }, lost);
    m.flush();
    expect(log).toEqual(['T', null, 'error', 'torn down']);
  }));
});
