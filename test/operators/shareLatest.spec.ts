import { describe, it } from 'vitest';
import { shareLatest } from '../../src/operators/shareLatest.js';
import { marbles } from '../../src/testing/marbles.js';

// prettier-ignore
describe('shareLatest', () => {
  it('subscribes once, and tells the latest to whoever comes late', marbles(({ cold, ...m }) => {
    const source = cold('--a---b--');
    const subs = '       ^-------!';
    const shared = source.pipe(shareLatest());
    m.expectObservable(shared, '^-------!').toBe('--a---b--');
    m.expectObservable(shared, '---^---!').toBe(' ---a--b--');
    m.expectSubscriptions(source.subscriptions).toBe(subs);
  }));

  // trap: shareReplay(1) keeps its source when the last has left: nobody resigns
  it('is left by the last, and then begins anew, without a memory', marbles(({ cold, ...m }) => {
    const source = cold('--a------');
    const shared = source.pipe(shareLatest());
    m.expectObservable(shared, '^---!     ').toBe('--a');
    m.expectObservable(shared, '------^--!').toBe('--------a');
    m.expectSubscriptions(source.subscriptions).toBe(['^---!', '------^--!']);
  }));

  it('tells its error to everybody, and begins anew for the next', marbles(({ cold, ...m }) => {
    const source = cold('--a-#');
    const shared = source.pipe(shareLatest());
    m.expectObservable(shared, '^          ').toBe('--a-#');
    m.expectObservable(shared, '---^       ').toBe('---a#');
    m.expectObservable(shared, '------^    ').toBe('--------a-#');
    m.expectSubscriptions(source.subscriptions).toBe(['^---!', '------^---!']);
  }));
});
