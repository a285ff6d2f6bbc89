import { NEVER, concat, finalize, map, of, switchMap, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { LeaseLostError } from '../../src/core/errors.js';
import { monotonic } from '../../src/core/clock.js';
import type { Tenure } from '../../src/core/tenure.js';
import { linger } from '../../src/operators/linger.js';
import { switchWhileSelected } from '../../src/operators/switchWhileSelected.js';
import { marbles } from '../../src/testing/marbles.js';
import { liveTenure, telling } from '../fixtures/live.js';
import { virtualTime } from '../fixtures/virtualTime.js';

const plain = map(({ id }: Tenure) => id);
const lost = new LeaseLostError({ id: 'a', ttl: 100 }, 'expired');
const holding = (tenure: Tenure, log: string[] = []) => concat(of(tenure), NEVER).pipe(finalize(() => log.push('key goes')));

// prettier-ignore
describe('linger', () => {
  it('keeps the key until the work has ended', marbles(({ scheduler, cold, ...m }) => {
    const source = cold('T-------------', { T: liveTenure(scheduler) });
    const work = cold('  ---------|    ');
    const unsub = '      -----!        ';
    const subs = '       ^--------!    ';
    const result = source.pipe(linger({ grace: 20, scheduler }), tap((tenure) => tenure.waitUntil(work)), plain);
    m.expectObservable(result, unsub).toBe('T');
    m.expectSubscriptions(source.subscriptions).toBe(subs);
  }));

  it('waits for all of it, also for what fails', marbles(({ scheduler, cold, ...m }) => {
    const source = cold('T-------------', { T: liveTenure(scheduler) });
    const [one, two] = [cold('-------|'), cold('---------#')];
    const unsub = '      -----!        ';
    const subs = '       ^--------!    ';
    const result = source.pipe(linger({ grace: 20, scheduler }), tap((tenure) => [one, two].forEach((work) => tenure.waitUntil(work))), plain);
    m.expectObservable(result, unsub).toBe('T');
    m.expectSubscriptions(source.subscriptions).toBe(subs);
  }));

  it.each([[4, '^--------!'], [0, '^----!'], [undefined, '^-----------!']])('waits no longer than grace: %s', (grace, subs) => marbles(({ scheduler, cold, ...m }) => {
    const source = cold('T--------------', { T: liveTenure(scheduler, { ttl: 7 }) }); // the default
    const unsub = '      -----!         ';
    const result = source.pipe(linger({ ...(grace === undefined ? {} : { grace }), scheduler }), tap((tenure) => tenure.waitUntil(NEVER)), plain);
    m.expectObservable(result, unsub).toBe('T');
    m.expectSubscriptions(source.subscriptions).toBe(subs);
  })());

  // trap: asking for what is pending inside the unsubscribe misses what the teardown hands over, which runs later
  it('counts work that is handed over inside the teardown', marbles(({ scheduler, cold, ...m }) => {
    const source = cold('T-------------', { T: liveTenure(scheduler) });
    const flushed = cold('    ----|    '); // at 5, when the work is torn down
    const unsub = '      -----!        ';
    const subs = '       ^--------!    ';
    const work = (tenure: Tenure) => NEVER.pipe(finalize(() => tenure.waitUntil(flushed)));
    m.expectObservable(source.pipe(linger({ grace: 20, scheduler }), switchMap(work)), unsub).toBe('');
    m.expectSubscriptions(source.subscriptions).toBe(subs);
  }));

  // trap: teardown goes from the outside in, so a release inside the unsubscribe is sent while the work still runs
  it('ends the tenure, then the work, and leaves the key a turn later', virtualTime(({ scheduler, record, until }) => {
    const log: string[] = [];
    const tenure = liveTenure(scheduler);
    tenure.signal.addEventListener('abort', () => log.push(`aborted, current: ${tenure.isCurrent()}`));
    const work = () => NEVER.pipe(finalize(() => log.push(`work stops, current: ${tenure.isCurrent()}`)));
    const result = record(holding(tenure, log).pipe(linger({ scheduler }), switchMap(work)));
    until(5);
    result.leave();
    log.push('unsubscribed');
    until(5);
    expect(log).toEqual(['aborted, current: false', 'work stops, current: false', 'unsubscribed', 'key goes']);
  }));

  it('costs no millisecond when there is nothing to wait for', marbles(({ scheduler, cold, ...m }) => {
    const source = cold('T----', { T: liveTenure(scheduler) });
    m.expectObservable(source.pipe(linger({ scheduler }), plain), '---!').toBe('T');
    m.expectSubscriptions(source.subscriptions).toBe('          ^--!');
  }));

  it('leaves at once while nothing is held', marbles(({ scheduler, cold, ...m }) => {
    const source = cold('-----T', { T: liveTenure(scheduler) });
    m.expectObservable(source.pipe(linger({ scheduler }), plain), '---!').toBe('');
    m.expectSubscriptions(source.subscriptions).toBe('          ^--!');
  }));

  it('passes a loss at once, whatever is still running', marbles(({ scheduler, cold, ...m }) => {
    const source = cold('T---#', { T: liveTenure(scheduler) }, lost);
    const result = source.pipe(linger({ scheduler }), tap((tenure) => tenure.waitUntil(NEVER)), plain);
    m.expectObservable(result).toBe('T---#', undefined, lost);
    m.expectSubscriptions(source.subscriptions).toBe('^---!');
  }));

  it('is left by a loss while it lingers, without an unhandled error', marbles(({ scheduler, cold, ...m }) => {
    const source = cold('T------#   ', { T: liveTenure(scheduler) }, lost);
    const unsub = '      ---!       ';
    const subs = '       ^------!   ';
    const result = source.pipe(linger({ grace: 20, scheduler }), tap((tenure) => tenure.waitUntil(NEVER)), plain);
    m.expectObservable(result, unsub).toBe('T');
    m.expectSubscriptions(source.subscriptions).toBe(subs);
  }));

  // trap: one share for all subscriptions lets the next campaign join a claim that is being given up
  it('begins anew when it is subscribed to again while it lingers', marbles(({ scheduler, cold, ...m }) => {
    const source = cold('T---------', { T: liveTenure(scheduler) });
    const result = source.pipe(linger({ grace: 4, scheduler }), tap((tenure) => tenure.waitUntil(NEVER)), plain);
    m.expectObservable(result, '^--!        ').toBe('T');
    m.expectObservable(result, '----^------!').toBe('----T');
    m.expectSubscriptions(source.subscriptions).toBe(['^------!', '----^----------!']);
  }));

  it('keeps the key while a promise of the work has not settled', async () => {
    const log: string[] = [];
    let finish = () => {};
    const promise = new Promise<void>((resolve) => (finish = resolve));
    const tenure$ = holding(liveTenure(monotonic), log).pipe(linger({ grace: 60_000 }));
    switchWhileSelected(telling(tenure$), () => promise).subscribe().unsubscribe();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(log).toEqual([]);
    finish();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(log).toEqual(['key goes']);
  });
});
