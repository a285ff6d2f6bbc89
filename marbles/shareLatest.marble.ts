import { switchMap, timer } from 'rxjs';
import { shareLatest } from '../src/operators/shareLatest.js';
import { diagram } from './diagram.js';

// prettier-ignore
export default diagram({
  title: 'shareLatest()',
  inputs: {
    source: '--a------b---',
  },
  live: ['source'],
  expected: {
    first: ' --a------b---',
    late: '  -----a---b---',
  },
  values: { a: 'a', b: 'b' },
  subscriptions: { source: '^------------!' },
  marks: { 'comes late, hears the latest': '-----!' },
  build: ({ source }, { scheduler }) => {
    const shared = source.pipe(shareLatest());
    return { first: shared, late: timer(5, scheduler).pipe(switchMap(() => shared)) };
  },
});
