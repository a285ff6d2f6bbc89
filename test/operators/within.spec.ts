import { map } from 'rxjs';
import { describe, it } from 'vitest';
import type { Clock } from '../../src/core/clock.js';
import { instant } from '../../src/core/clock.js';
import { within } from '../../src/operators/within.js';
import { marbles } from '../../src/testing/marbles.js';
import { jumping } from '../fixtures/live.js';

const now = (clock: Clock) => map((letter: string) => (letter === 'n' ? null : instant(clock)));

// prettier-ignore
describe('within', () => {
  it('says whether something happened within its span', marbles(({ scheduler, hot, ...m }) => {
    const moments = hot('n--a---b---------');
    const expected = '   f--t--------f----';
    m.expectObservable(moments.pipe(now(scheduler), within(5, scheduler)), '-----------------!').toBe(expected, { t: true, f: false });
  }));

  it('counts from the moment, not from when it heard of it', marbles(({ scheduler, cold, ...m }) => {
    const moment = { mono: -3, wall: undefined };
    m.expectObservable(cold('a', { a: moment }).pipe(within(5, scheduler)), '-----!').toBe('t-f', { t: true, f: false });
  }));

  it('asks both clocks', marbles(({ scheduler, cold, ...m }) => {
    const clock = jumping(scheduler, { at: 3, wall: 60_000 });
    const moments = cold('a---a', { a: instant(clock) });
    m.expectObservable(moments.pipe(within(5, clock)), '-----!').toBe('t---f', { t: true, f: false });
  }));
});
