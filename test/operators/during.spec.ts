import { EMPTY, NEVER, type Observable, finalize, map, merge, of, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/core/clock.js';
import { ClaimLostError, LeaseLostError } from '../../src/core/errors.js';
import { Lease } from '../../src/core/lease.js';
import { Tenure } from '../../src/core/tenure.js';
import { during } from '../../src/operators/during.js';
import { untilLost } from '../../src/operators/untilLost.js';
import { marbles } from '../../src/testing/marbles.js';

const claim = { key: 'jobs', id: 'a', nonce: 'n', value: '', token: 1n };
const tenure = (scheduler: Clock, released: Observable<unknown> = EMPTY, ttl = 50) =>
  new Tenure(claim, new Lease({ id: 'a', ttl }, { margin: 2, scheduler }), { released });
const locked = (lock$: Observable<unknown>, held: Tenure) => lock$.pipe(map(() => held), untilLost({ monitor: () => NEVER })); // prettier-ignore
const broken = new Error('broken');
const lost = new ClaimLostError(claim, 'deleted');

// prettier-ignore
describe('during', () => {
  it('runs the work once, leaves the lock when it has ended, and completes after the release', marbles(({ scheduler, cold, ...m }) => {
    const lock = cold('   --T------------');
    const lockSubs = '    ^------!       ';
    const work = cold('     -a-b-|       ');
    const workSubs = '    --^----!       ';
    const release = cold('       ---|    ');
    const releaseSubs = ' -------^--!    ';
    const expected = '    ---a-b----|    ';
    m.expectObservable(locked(lock, tenure(scheduler, release)).pipe(during(() => work))).toBe(expected);
    m.expectSubscriptions(lock.subscriptions).toBe(lockSubs);
    m.expectSubscriptions(work.subscriptions).toBe(workSubs);
    m.expectSubscriptions(release.subscriptions).toBe(releaseSubs);
  }));

  it('tells what the work failed with after the release', marbles(({ scheduler, cold, ...m }) => {
    const lock = cold('   --T------------');
    const lockSubs = '    ^----!         ';
    const work = cold('     -a-#         ');
    const release = cold('     ---|      ');
    const expected = '    ---a----#      ';
    m.expectObservable(locked(lock, tenure(scheduler, release)).pipe(during(() => work))).toBe(expected);
    m.expectSubscriptions(lock.subscriptions).toBe(lockSubs);
  }));

  it('tells what the work throws after the release as well', marbles(({ scheduler, cold, ...m }) => {
    const lock = cold('   --T------------');
    const lockSubs = '    ^-!            ';
    const release = cold('  ---|         ');
    const expected = '    -----#         ';
    const result = locked(lock, tenure(scheduler, release)).pipe(during(() => { throw broken; }));
    m.expectObservable(result).toBe(expected, undefined, broken);
    m.expectSubscriptions(lock.subscriptions).toBe(lockSubs);
  }));

  it('leaves the work before it tells a loss, and waits for no release', marbles(({ scheduler, cold, ...m }) => {
    const lock = cold('   --T----#', { T: 0 }, lost);
    const work = cold('     -a-b-c-d-|');
    const workSubs = '    --^----!';
    const expected = '    ---a-b-#';
    const log: string[] = [];
    const result = locked(lock, tenure(scheduler, NEVER)).pipe(
      during(() => work.pipe(finalize(() => log.push('left')))),
      map((value) => (log.push(String(value)), value)),
    );
    m.expectObservable(result).toBe(expected, undefined, lost);
    m.expectSubscriptions(work.subscriptions).toBe(workSubs);
    m.flush();
    expect(log).toEqual(['a', 'b', 'left']);
  }));

  it('lets nothing out after the deadline, by whatever clock: the loss is told instead', marbles(({ scheduler, cold, ...m }) => {
    const asleep = Object.assign(scheduler, { wall: () => scheduler.now() + (scheduler.now() > 3 ? 1_000 : 0) });
    const lock = cold('   T--------#', { T: 0 }, new LeaseLostError({ id: 'a', ttl: 50 }, 'expired'));
    const work = cold('   -a-b-c-|  ');
    const expected = '    -a-b-----#';
    const held = tenure(asleep);
    const result = locked(lock, held).pipe(during(() => work));
    m.expectObservable(result).toBe(expected, undefined, new LeaseLostError({ id: 'a', ttl: 50 }, 'expired'));
  }));

  it('keeps the lock until a promise has settled that nobody waits for any more', marbles(({ scheduler, cold, ...m }) => {
    const held = tenure(scheduler);
    const lock = cold('   T---------');
    const unsub = '       -----!    ';
    const expected = '    ----------';
    m.expectObservable(locked(lock, held).pipe(during(() => new Promise(() => undefined))), unsub).toBe(expected);
    m.expectObservable(merge(of(0), cold('------|')).pipe(map(() => settled(held)))).toBe('a-----|', { a: true });
    m.flush();
    expect(settled(held)).toBe(false);
  }));

  it('does not wait for others who share the tenure', marbles(({ scheduler, cold, ...m }) => {
    const lock = cold('   --T------------');
    const work = cold('     -a-|         ');
    const expected = '    ---a-|         ';
    const held = tenure(scheduler, NEVER);
    m.expectObservable(lock.pipe(map(() => held), during(() => work))).toBe(expected); // nobody ends it when we leave
  }));

  it('passes what comes before a tenure: there is no work to end', marbles(({ cold, ...m }) => {
    const lock = cold<Tenure>('--#');
    m.expectObservable(lock.pipe(during(() => throwError(() => broken)))).toBe('--#');
  }));
});

const settled = (held: Tenure): boolean => {
  const said: boolean[] = [];
  held.settled.subscribe(() => said.push(true)).unsubscribe();
  return said.length > 0;
};
