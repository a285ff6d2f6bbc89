import { describe, it } from 'vitest';
import { current } from '../../src/operators/current.js';
import { shareLatest } from '../../src/operators/shareLatest.js';
import { marbles } from '../../src/testing/marbles.js';
import { jumping, liveTenure } from '../fixtures/live.js';

// prettier-ignore
describe('current', () => {
  it('tells what is held, and null but once', marbles(({ scheduler, cold, ...m }) => {
    const T = liveTenure(scheduler);
    m.expectObservable(cold('n-n-T-n-n', { n: null, T }).pipe(current()), '---------!').toBe('n---T-n--', { n: null, T });
  }));

  it('tells null for a tenure that is over by now', marbles(({ scheduler, cold, ...m }) => {
    const T = liveTenure(scheduler, { ttl: 5, margin: 2 });
    m.expectObservable(cold('n---T-', { n: null, T }).pipe(current()), '------!').toBe('n', { n: null });
  }));

  // trap: a plain replay says true past the deadline to whoever subscribes before the late timer fires
  it('checks what is replayed, for each subscriber as it comes', marbles(({ scheduler, cold, ...m }) => {
    const T = liveTenure(jumping(scheduler, { at: 5, wall: 60_000 }));
    const tenure$ = cold('T---------n', { n: null, T }).pipe(shareLatest(), current());
    m.expectObservable(tenure$, '^-----------!').toBe('T---------n', { n: null, T });
    m.expectObservable(tenure$, '----^-------!').toBe('----T-----n', { n: null, T });
    m.expectObservable(tenure$, '------^-----!').toBe('------n----', { n: null });
  }));
});
