import { NEVER, concat, finalize, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Tenure } from '../../src/core/tenure.js';
import { monotonic } from '../../src/core/clock.js';
import { switchWhileSelected } from '../../src/operators/switchWhileSelected.js';
import { marbles } from '../../src/testing/marbles.js';
import { jumping, liveTenure, telling } from '../fixtures/live.js';

// prettier-ignore
describe('switchWhileSelected', () => {
  it('runs the work anew for each tenure, and only while it lasts', marbles(({ scheduler, cold, hot, ...m }) => {
    const [A, B] = ['A', 'B'].map((id) => liveTenure(scheduler, { id }));
    const tenure$ = hot(' n--A-----n---B----', { n: null, A: A!, B: B! });
    const works = { A: cold('-a-a-a-a-'), B: cold('-b-b-b') };
    const unsub = '       -----------------!';
    const expected = '    ----a-a-a-----b-b-';
    m.expectObservable(switchWhileSelected(telling(tenure$), ({ id }) => works[id as 'A']), unsub).toBe(expected);
    m.expectSubscriptions(works.A.subscriptions).toBe('---^-----!');
    m.expectSubscriptions(works.B.subscriptions).toBe('-------------^---!');
  }));

  it('replaces the work of one tenure by that of the next', marbles(({ scheduler, cold, hot, ...m }) => {
    const [A, B] = ['A', 'B'].map((id) => liveTenure(scheduler, { id }));
    const tenure$ = hot(' A--B---', { A: A!, B: B! });
    const works = { A: cold('a-a-a-a'), B: cold('b-b-b') };
    m.expectObservable(switchWhileSelected(telling(tenure$), ({ id }) => works[id as 'A']), '-------!').toBe('a-ab-b-');
    m.expectSubscriptions(works.A.subscriptions).toBe('^--!');
  }));

  // trap: a process that wakes runs what was queued before it runs the timer of the deadline
  it.each([['a clock that jumps', { mono: 60_000 }], ['the wall only', { wall: 60_000 }]])('lets nothing pass after the deadline, seen by %s', (_, jump) => marbles(({ scheduler, cold, hot, ...m }) => {
    const T = liveTenure(jumping(scheduler, { at: 5, ...jump }));
    const tenure$ = hot(' T--------n', { T, n: null }); // told late
    const work = cold('   -a-b-c-d-e');
    const subs = '        ^--------!';
    m.expectObservable(switchWhileSelected(telling(tenure$), () => work), '----------!').toBe('-a-b------');
    m.expectSubscriptions(work.subscriptions).toBe(subs);
  })());

  it('goes on when the work of a tenure completes', marbles(({ scheduler, cold, hot, ...m }) => {
    const tenure$ = hot(' T--n-T-', { T: liveTenure(scheduler), n: null });
    m.expectObservable(switchWhileSelected(telling(tenure$), () => cold('a|')), '-------!').toBe('a----a-');
  }));

  it('fails with the work, and resigns', marbles(({ scheduler, cold, hot, ...m }) => {
    const tenure$ = hot(' -T------', { T: liveTenure(scheduler) });
    m.expectObservable(switchWhileSelected(telling(tenure$), () => cold('-a#'))).toBe('--a#');
    m.expectSubscriptions(tenure$.subscriptions).toBe('^--!');
  }));

  it('fails with what the work throws, and resigns', marbles(({ scheduler, hot, ...m }) => {
    const tenure$ = hot(' -T------', { T: liveTenure(scheduler) });
    const oops = new Error('oops');
    const work = () => { throw oops; };
    m.expectObservable(switchWhileSelected(telling(tenure$), work)).toBe('-#', undefined, oops);
    m.expectSubscriptions(tenure$.subscriptions).toBe('^!');
  }));

  // trap: leaving a promise does not stop it, and the key would go while it still writes
  it('gives a promise of the work to waitUntil, so that the key stays until it has settled', async () => {
    const tenure = liveTenure(monotonic);
    const log: string[] = [];
    let finish = () => {};
    const writing = new Promise<string>((resolve) => (finish = () => resolve('written')));
    const subscription = switchWhileSelected(telling(concat(of(tenure), NEVER)), () => writing).subscribe();
    tenure.settled.pipe(finalize(() => log.push('settled'))).subscribe();
    subscription.unsubscribe();
    await new Promise((resolve) => setTimeout(resolve));
    expect(log).toEqual([]);
    finish();
    await writing;
    expect(log).toEqual(['settled']);
  });

  it.each<[string, (tenure: Tenure) => Iterable<string>]>([['an array', () => ['a', 'b']], ['a string', () => 'ab']])('takes %s for work', (_, work) => marbles(({ scheduler, hot, ...m }) => {
    m.expectObservable(switchWhileSelected(telling(hot('-T---', { T: liveTenure(scheduler) })), work), '-----!').toBe('-(ab)');
  })());
});
