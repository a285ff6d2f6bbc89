import { EMPTY, NEVER, concat, of } from 'rxjs';
import { describe, it } from 'vitest';
import { DeniedError } from '../../src/core/errors.js';
import { whileSelected } from '../../src/operators/whileSelected.js';
import { marbles } from '../../src/testing/marbles.js';
import { jumping, liveTenure, telling } from '../fixtures/live.js';

// prettier-ignore
describe('whileSelected', () => {
  it('subscribes its source anew with each tenure, and only while it lasts', marbles(({ scheduler, cold, hot, ...m }) => {
    const tenure$ = hot(' n--T-----n---T----', { n: null, T: liveTenure(scheduler) });
    const source = cold('    -a-b-c-d-e-f-');
    const subs = ['       ---^-----!', '-------------^---!'];
    const unsub = '       -----------------!';
    const expected = '    ----a-b-c-----a-b-';
    m.expectObservable(source.pipe(whileSelected(telling(tenure$))), unsub).toBe(expected);
    m.expectSubscriptions(source.subscriptions).toBe(subs);
  }));

  // trap: a process that wakes runs what was queued before it runs the timer of the deadline
  it.each([['a clock that jumps', { mono: 60_000 }], ['the wall only', { wall: 60_000 }]])('lets nothing pass after the deadline, seen by %s', (_, jump) => marbles(({ scheduler, cold, hot, ...m }) => {
    const T = liveTenure(jumping(scheduler, { at: 5, ...jump }));
    const tenure$ = hot(' T--------n', { T, n: null }); // told late
    const source = cold(' -a-b-c-d-e');
    const subs = '        ^--------!';
    const unsub = '       ----------!';
    const expected = '    -a-b------';
    m.expectObservable(source.pipe(whileSelected(telling(tenure$))), unsub).toBe(expected);
    m.expectSubscriptions(source.subscriptions).toBe(subs);
  })());

  it('is not deceived by a wall clock that is set back', marbles(({ scheduler, cold, hot, ...m }) => {
    const T = liveTenure(jumping(scheduler, { at: 3, wall: -60_000 }), { ttl: 9, margin: 2 });
    const tenure$ = hot(' T---------', { T });
    const source = cold(' -a-b-c-d-e');
    const expected = '    -a-b-c----';
    m.expectObservable(source.pipe(whileSelected(telling(tenure$))), '----------!').toBe(expected);
  }));

  it('completes with its source, and resigns', marbles(({ scheduler, cold, hot, ...m }) => {
    const tenure$ = hot(' n--T----', { n: null, T: liveTenure(scheduler) });
    const subs = '        ^----!';
    m.expectObservable(cold('-a|').pipe(whileSelected(telling(tenure$)))).toBe('----a|');
    m.expectSubscriptions(tenure$.subscriptions).toBe(subs);
  }));

  it('fails with its source, and resigns', marbles(({ scheduler, cold, hot, ...m }) => {
    const tenure$ = hot(' n--T----', { n: null, T: liveTenure(scheduler) });
    const subs = '        ^----!';
    m.expectObservable(cold('-a#').pipe(whileSelected(telling(tenure$)))).toBe('----a#');
    m.expectSubscriptions(tenure$.subscriptions).toBe(subs);
  }));

  it('does not subscribe its source while somebody else is selected', marbles(({ cold, ...m }) => {
    const source = cold('a');
    m.expectObservable(source.pipe(whileSelected(telling(concat(of(null), NEVER)))), '-----!').toBe('');
    m.expectSubscriptions(source.subscriptions).toBe([]);
  }));

  it("passes on the election's fatal error", marbles(({ scheduler, cold, hot, ...m }) => {
    const denied = new DeniedError('no permission');
    const tenure$ = hot(' n--T--#', { n: null, T: liveTenure(scheduler) }, denied);
    const source = cold('    a-b-c');
    const subs = '        ---^--!';
    m.expectObservable(source.pipe(whileSelected(telling(tenure$)))).toBe('---a-b#', undefined, denied);
    m.expectSubscriptions(source.subscriptions).toBe(subs);
  }));

  it('completes with an election that ends', marbles(({ cold, ...m }) => {
    m.expectObservable(cold('a').pipe(whileSelected(telling(EMPTY)))).toBe('|');
  }));
});
