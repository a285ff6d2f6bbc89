import { NEVER, concat, map, of, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ClaimLostError, LeaseLostError } from '../../src/core/errors.js';
import type { Tenure } from '../../src/core/tenure.js';
import { untilLost } from '../../src/operators/untilLost.js';
import { marbles } from '../../src/testing/marbles.js';
import { liveTenure } from '../fixtures/live.js';

const ours = { monitor: () => NEVER };
const gone = new ClaimLostError({ key: 'jobs' }, 'deleted');
const lost = new LeaseLostError({ id: 'a', ttl: 9 }, 'expired');
const plain = map(({ id }: Tenure) => id);
const standing = (tenure: Tenure) => ({ current: tenure.isCurrent(), aborted: tenure.signal.aborted });
const OVER = { current: false, aborted: true };

// prettier-ignore
describe('untilLost', () => {
  it.each(['deleted', 'overwritten', 'taken'] as const)('errors when the key is %s', (reason) => marbles(({ scheduler, cold, ...m }) => {
    const source = cold('--T---------', { T: liveTenure(scheduler) });
    const subs = '       ^------!    ';
    const key = cold('     -----#    ', undefined, new ClaimLostError({ key: 'jobs' }, reason));
    const monitored = '  --^----!    ';
    const expected = '   --T----#    ';
    m.expectObservable(source.pipe(untilLost({ monitor: () => key as never }), plain)).toBe(expected, undefined, new ClaimLostError({ key: 'jobs' }, reason));
    m.expectSubscriptions(source.subscriptions).toBe(subs);
    m.expectSubscriptions(key.subscriptions).toBe(monitored);
  })());

  // trap: an end in finalize alone comes after the error has been heard, and the work goes on meanwhile
  it('has ended the tenure, and aborted its signal with the reason, before the loss is heard', marbles(({ scheduler, cold, ...m }) => {
    const tenure = liveTenure(scheduler);
    const { signal } = tenure;
    const heard: object[] = [];
    const key = cold<never>('--#', undefined, gone);
    const result = concat(of(tenure), NEVER).pipe(untilLost({ monitor: () => key }), tap({ error: () => heard.push(standing(tenure)) }), plain);
    m.expectObservable(result).toBe('T-#', undefined, gone);
    m.flush();
    expect(heard).toEqual([OVER]);
    expect(signal.reason).toBe(gone);
  }));

  // trap: switchMap passes the source's error before it leaves the inner stream, and whoever asks hears a tenure that is over
  it('has ended it before a loss of the lease is heard', marbles(({ scheduler, cold, ...m }) => {
    const tenure = liveTenure(scheduler);
    const { signal } = tenure;
    const heard: object[] = [];
    const source = cold('T--#', { T: tenure }, lost);
    m.expectObservable(source.pipe(untilLost(ours), tap({ error: () => heard.push({ ...standing(tenure), signalled: signal.aborted }) }), plain)).toBe('T--#', undefined, lost);
    m.flush();
    expect(heard).toEqual([{ ...OVER, signalled: true }]);
  }));

  it('ends it when it is left', marbles(({ scheduler, cold, ...m }) => {
    const tenure = liveTenure(scheduler);
    const source = cold('T----', { T: tenure });
    const subs = '       ^--!';
    const unsub = '      ---!';
    m.expectObservable(source.pipe(untilLost(ours), plain), unsub).toBe('T');
    m.expectSubscriptions(source.subscriptions).toBe(subs);
    m.flush();
    expect(standing(tenure)).toEqual(OVER);
  }));

  it('ends one before it tells the next', marbles(({ scheduler, cold, ...m }) => {
    const [a, b] = [liveTenure(scheduler, { id: 'a' }), liveTenure(scheduler, { id: 'b' })];
    const source = cold('a--b-', { a, b });
    const told = source.pipe(untilLost(ours), map(() => [a.isCurrent(), b.isCurrent()]));
    m.expectObservable(told, '-----!').toBe('a--b', { a: [true, true], b: [false, true] });
  }));
});
