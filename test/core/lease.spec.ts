import { EMPTY, defer, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/core/clock.js';
import { BackendUnavailableError, DeniedError } from '../../src/core/errors.js';
import { Lease } from '../../src/core/lease.js';
import { marbles } from '../../src/testing/marbles.js';
import { liveLease } from '../fixtures/live.js';

/** A lease on clocks that are set by hand: ttl 9,000, margin 2,000. */
const arrange = ({ margin = 2_000 } = {}) => {
  const time = { now: 0, wall: 1_000_000 };
  const scheduler: Clock = { now: () => time.now, wall: () => time.wall, schedule: () => expect.unreachable() };
  const pass = (ms: number) => ((time.now += ms), (time.wall += ms));
  return { time, pass, lease: new Lease({ id: 'a', ttl: 9_000 }, { margin, scheduler }) };
};
const failing = (error: Error, times = 20) => defer(() => (times-- > 0 ? throwError(() => error) : EMPTY)); // more would be for ever

describe('lease', () => {
  it('is believed until a margin before its end', () => {
    const { lease, pass } = arrange();
    expect(lease.remaining()).toBe(7_000);
    pass(6_999);
    expect(lease.isCurrent()).toBe(true);
    pass(1);
    expect([lease.isCurrent(), lease.remaining()]).toEqual([false, 0]);
  });

  it('counts from when it was asked for', () => {
    const { time, lease } = arrange();
    const scheduler: Clock = { now: () => 300, schedule: () => expect.unreachable() };
    const late = new Lease({ id: 'a', ttl: 9_000 }, { margin: 2_000, scheduler, sent: { mono: 0, wall: undefined } });
    expect(late.remaining()).toBe(6_700);
    expect([time.now, lease.remaining()]).toEqual([0, 7_000]);
  });

  it('counts a renewal from when it was sent, not from when it was answered', () => {
    const { lease, pass } = arrange();
    pass(3_000);
    const sent = lease.asking();
    pass(2_000);
    expect(lease.confirm(sent)).toBe(true);
    expect(lease.remaining()).toBe(5_000);
  });

  it('is not moved by an overtaken answer', () => {
    const { lease, pass } = arrange();
    pass(1_000);
    const first = lease.asking();
    pass(1_000);
    const second = lease.asking();
    lease.confirm(second);
    expect(lease.confirm(first)).toBe(true);
    expect(lease.remaining()).toBe(7_000);
  });

  // trap: a renewal that answers late would make a lease believed again that somebody else may already have replaced
  it('stays over once its deadline has passed, also for an answer that comes later', () => {
    const { lease, pass } = arrange();
    pass(5_000);
    const sent = lease.asking();
    pass(2_000);
    expect(lease.confirm(sent)).toBe(false);
    expect(lease.isCurrent()).toBe(false);
  });

  it('stays over when the wall clock, set forward, is set back', () => {
    const { lease, time } = arrange();
    time.wall += 60_000;
    expect(lease.isCurrent()).toBe(false);
    time.wall -= 60_000;
    expect(lease.isCurrent()).toBe(false);
  });

  it.each([
    ['a suspend that the monotonic clock did not see', { wall: 60_000, now: 0 }, false],
    ['a wall clock that was set back', { wall: -60_000, now: 6_999 }, true],
    ['a wall clock that was set back, at the deadline', { wall: -60_000, now: 7_000 }, false],
  ])('errs to safety: %s', (_, jump, current) => {
    const { lease, time } = arrange();
    time.now += jump.now;
    time.wall += jump.wall;
    expect(lease.isCurrent()).toBe(current);
  });

  it('is over when the store says so', () => {
    const { lease } = arrange();
    lease.end();
    expect([lease.isCurrent(), lease.remaining(), lease.isFresh(), lease.confirm(lease.asking())]).toEqual([false, 0, false, false]);
  });

  it.each([
    ['while the margin is left', 2_000, 5_000, true],
    ['no more with less', 2_000, 5_001, false],
    ['with half of what a renewal gives, where the margin is more', 4_500, 2_250, true],
    ['no more with less than that', 4_500, 2_251, false],
    ['not past the deadline, without a margin', 0, 9_000, false],
  ])('is fresh %s', (_, margin, passed, fresh) => {
    const { lease, pass } = arrange({ margin });
    pass(passed);
    expect(lease.isFresh()).toBe(fresh);
  });

  it('may be kept by the store from the latest renewal that was sent, answered or not', () => {
    const { lease, pass } = arrange();
    pass(3_000);
    lease.asking();
    pass(1_000);
    expect([lease.remaining(), lease.expiresIn()]).toEqual([3_000, 8_000]);
  });

  // prettier-ignore
  it('tries a release again until it is confirmed, a turn later at the earliest', marbles(({ scheduler, cold, ...m }) => {
    const answers = [cold('#', undefined, new BackendUnavailableError('down')), cold('--|')];
    const expected = '--- (r|)'; // a pause of ttl / 10
    m.expectObservable(liveLease(scheduler, { ttl: 10 }).giveUp(defer(() => answers.shift()!))).toBe(expected, { r: 'released' });
  }));

  // prettier-ignore
  it('gives a release up when the store has ended the lease', marbles(({ scheduler, ...m }) => {
    const expected = '----------(e|)';
    const release = failing(new BackendUnavailableError('down'));
    m.expectObservable(liveLease(scheduler, { ttl: 10 }).giveUp(release)).toBe(expected, { e: 'expired' });
  }));

  // prettier-ignore
  it('says so when the store refuses a release', marbles(({ scheduler, ...m }) => {
    const denied = new DeniedError('no permission');
    m.expectObservable(liveLease(scheduler, { ttl: 10 }).giveUp(failing(denied))).toBe('#', undefined, denied);
  }));
});
