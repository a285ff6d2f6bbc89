import { EMPTY, NEVER, type Observable, finalize, timer } from 'rxjs';
import { ignoreElements, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { whenRunning } from '../../src/operators/whenRunning.js';
import { marbles } from '../../src/testing/marbles.js';

const stand = (after: Observable<never> = EMPTY) => ({ running: true, after });
const stay = { running: false, after: EMPTY };

// prettier-ignore
describe('whenRunning', () => {
  it('campaigns while it is told to', marbles(({ cold, hot, ...m }) => {
    const orders$ = hot('  r------s-----r---', { r: stand(), s: stay });
    const campaign = cold('--T--------------');
    const subs = ['        ^------!         ', '-------------^--!'];
    const unsub = '        ----------------!';
    const expected = '     n-T----n-----n-T-';
    m.expectObservable(orders$.pipe(whenRunning(campaign)), unsub).toBe(expected, { n: null, T: 'T' });
    m.expectSubscriptions(campaign.subscriptions).toBe(subs);
  }));

  it('waits for what must have ended before', marbles(({ scheduler, cold, hot, ...m }) => {
    const orders$ = hot('  r----d--------', { r: stand(), d: stand(timer(4, scheduler).pipe(ignoreElements())) });
    const campaign = cold('-T------------');
    const subs = ['        ^----!        ', '---------^----!'];
    const expected = '     nT---n----T---';
    m.expectObservable(orders$.pipe(whenRunning(campaign)), '--------------!').toBe(expected, { n: null, T: 'T' });
    m.expectSubscriptions(campaign.subscriptions).toBe(subs);
  }));

  // trap: null first and then the switch lets a subscriber find the tenure still current while it hears null
  it('ends the campaign before null is told', marbles(({ hot, ...m }) => {
    const log: unknown[] = [];
    const orders$ = hot('r--s-', { r: stand(), s: stay });
    const campaign = NEVER.pipe(finalize(() => log.push('over')));
    const result = orders$.pipe(whenRunning(campaign), tap((told) => log.push(told)));
    m.expectObservable(result, '-----!').toBe('n--n', { n: null });
    m.flush();
    expect(log).toEqual([null, 'over', null]);
  }));
});
