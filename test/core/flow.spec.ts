import { describe, expect, it } from 'vitest';
import { Flow } from '../../src/core/flow.js';
import { marbles } from '../../src/testing/marbles.js';

// prettier-ignore
describe('Flow', () => {
  it('lets in so many at a time, first come, first served', marbles(({ cold, expectObservable, expectSubscriptions }) => {
    const flow = new Flow(2);
    const [a, b, c, d] = [cold('---(a|)'), cold('-b|'), cold('----(c|)'), cold('-d|')];
    expectObservable(flow.admit(a)).toBe('---(a|)');
    expectObservable(flow.admit(b)).toBe('-b|');
    expectObservable(flow.admit(c)).toBe('------(c|)');
    expectObservable(flow.admit(d)).toBe('----d|');
    expectSubscriptions(c.subscriptions).toBe('--^---!');
    expectSubscriptions(d.subscriptions).toBe('---^-!');
  }));

  it('gives the place of one that failed, or was left, to the next; who left while waiting is never let in', marbles(({ cold, expectObservable, expectSubscriptions }) => {
    const flow = new Flow(1);
    const [failed, left, gone, last] = [cold('--#'), cold('------'), cold('a|'), cold('-z|')];
    expectObservable(flow.admit(failed)).toBe('--#');
    expectObservable(flow.admit(left), '-----!').toBe('------');
    expectObservable(flow.admit(gone), '---!').toBe('----');
    expectObservable(flow.admit(last)).toBe('------z|');
    expectSubscriptions(left.subscriptions).toBe('--^--!');
    expectSubscriptions(gone.subscriptions).toBe([]);
    expectSubscriptions(last.subscriptions).toBe('-----^-!');
  }));

  it('counts one that ends at once', marbles(({ cold, expectObservable }) => {
    const flow = new Flow(1);
    for (let i = 0; i < 5; i++) expectObservable(flow.admit(cold('(a|)'))).toBe('(a|)');
    expect(flow).toBeInstanceOf(Flow);
  }));
});
