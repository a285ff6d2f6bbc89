import { NEVER, Subject, asapScheduler, concat, finalize, of, scheduled } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ClaimLostError } from '../../src/core/errors.js';
import { untilReleased } from '../../src/operators/untilReleased.js';
import { marbles } from '../../src/testing/marbles.js';

const released = new ClaimLostError({ key: 'jobs' }, 'released');

// prettier-ignore
describe('untilReleased', () => {
  it('leaves the lock and says so', marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
    const lock = cold('  --T-------');
    const lockSubs = '   ^------!  ';
    const release = hot('-------r--');
    const releaseSubs = '^------!  ';
    const expected = '   --T----#  ';
    expectObservable(lock.pipe(untilReleased('jobs', release))).toBe(expected, undefined, released);
    expectSubscriptions(lock.subscriptions).toBe(lockSubs);
    expectSubscriptions(release.subscriptions).toBe(releaseSubs);
  }));

  it('passes what the lock fails with', marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
    const lock = cold('  --T--#');
    const release = hot('-------');
    const expected = '   --T--#';
    expectObservable(lock.pipe(untilReleased('jobs', release))).toBe(expected);
    expectSubscriptions(release.subscriptions).toBe('^----!');
  }));

  it('has left the lock before it says so, and hears whoever is just being told of it', async () => {
    const release$ = new Subject<void>();
    const log: unknown[] = [];
    concat(scheduled(['T'], asapScheduler), NEVER)
      .pipe(finalize(() => log.push('left')), untilReleased('jobs', release$))
      .subscribe({ next: () => release$.next(), error: (error: unknown) => log.push((error as Error).message) });
    await Promise.resolve();
    await Promise.resolve();
    expect(log).toEqual(['left', released.message]);
  });

  it('hears it even from whoever is told while the lock is being taken', () => {
    const release$ = new Subject<void>();
    const log: unknown[] = [];
    concat(of('T'), NEVER)
      .pipe(untilReleased('jobs', release$))
      .subscribe({ next: () => release$.next(), error: (error: unknown) => log.push((error as Error).message) });
    expect(log).toEqual([released.message]);
  });
});
