import { NEVER, type Observable, map } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';
import { ClaimLostError } from '../src/core/errors.js';
import { during } from '../src/operators/during.js';
import { untilLost } from '../src/operators/untilLost.js';
import { diagram } from './diagram.js';
import { held } from './held.js';

const title = 'during(work)';
const values = { T: 'T', a: 'a', b: 'b', c: 'c' };

const locked = (lock: Observable<string>, released: Observable<never>, scheduler: TestScheduler) =>
  lock.pipe(
    map((id) => held(id, scheduler, { released })),
    untilLost({ monitor: () => NEVER }),
  );

// prettier-ignore
export default [
  diagram({
    title,
    inputs: {
      lock: '   --T----------',
      work: '   ---a--b-|    ',
      release: '-----------|-',
    },
    live: ['work'],
    expected: ' ---a--b----| ',
    values,
    subscriptions: { lock: '^-------!', work: '--^-----!', release: '--------^--!' },
    marks: { 'completes when the store has released': '-----------!' },
    build: ({ lock, work, release }, { scheduler }) => locked(lock, release, scheduler).pipe(during(() => work)),
  }),
  diagram({
    name: 'lost',
    title,
    inputs: {
      lock: '   --T----#     ',
      work: '   ---a--b--c-| ',
      release: '-----------|-',
    },
    live: ['work'],
    expected: ' ---a--b#     ',
    values,
    error: new ClaimLostError({ key: 'jobs' }, 'deleted'),
    subscriptions: { lock: '^------!', work: '--^----!', release: [] },
    build: ({ lock, work, release }, { scheduler }) => locked(lock, release, scheduler).pipe(during(() => work)),
  }),
];
