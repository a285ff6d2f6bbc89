import { describe, expect, it } from 'vitest';
import { type Clock, elapsed, instant, monotonic, stamp } from '../../src/core/clock.js';

/** A clock whose hands are set by hand. */
const hands = (time: { now: number; wall?: number }): Clock => ({
  now: () => time.now,
  ...('wall' in time ? { wall: () => time.wall! } : {}),
  schedule: () => expect.unreachable(),
});

describe('clock', () => {
  it.each([
    ['both agree', { now: 30, wall: 1_030 }, 30],
    ['a suspend stopped the monotonic clock', { now: 5, wall: 61_000 }, 60_000],
    ['an administrator set the wall clock forward', { now: 30, wall: 90_000 }, 89_000],
    ['an administrator set the wall clock back', { now: 30, wall: 0 }, 30],
  ])('takes the larger of monotonic and wall time: %s', (_, later, expected) => {
    const time = { now: 0, wall: 1_000 };
    const clock = hands(time);
    const since = instant(clock);
    Object.assign(time, later);
    expect(elapsed(since, clock)).toBe(expected);
  });

  it('does without a wall clock', () => {
    const time = { now: 3 };
    const clock = hands(time);
    const since = instant(clock);
    time.now = 10;
    expect(since).toEqual({ mono: 3, wall: undefined });
    expect(elapsed(since, clock)).toBe(7);
    expect(stamp(clock)).toBe(10);
  });

  it('stamps with the wall clock where there is one', () => {
    expect(stamp(hands({ now: 3, wall: 1_700_000_000_000 }))).toBe(1_700_000_000_000);
  });

  it('is monotonic by default, and reads the wall', () => {
    expect(Math.abs(monotonic.wall!() - Date.now())).toBeLessThan(1_000);
    const before = monotonic.now();
    expect(monotonic.now()).toBeGreaterThanOrEqual(before);
  });

  it('schedules with what was given', async () => {
    const heard = await new Promise((resolve) => monotonic.schedule(resolve, 1, 'state'));
    expect(heard).toBe('state');
  });
});
