import { NEVER, type Observable, map } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';
import { ClaimLostError, LeaseLostError } from '../src/core/errors.js';
import { untilLost } from '../src/operators/untilLost.js';
import { diagram } from './diagram.js';
import { held, idOf } from './held.js';

const title = 'untilLost(backend)';
const values = { T: 'T' };

/** `key` fails when the store says that it is ours no more. */
const watched = (tenure: Observable<string>, key: Observable<unknown>, scheduler: TestScheduler) =>
  tenure.pipe(
    map((id) => held(id, scheduler)),
    untilLost({ monitor: () => key as Observable<never> }),
    map(idOf),
  );

// prettier-ignore
export default [
  diagram({
    title,
    inputs: {
      tenure: ' --T---------',
      key: '    --------#   ',
    },
    expected: ' --T-----#   ',
    values,
    error: new ClaimLostError({ key: 'jobs' }, 'deleted'),
    subscriptions: { tenure: '^-------!', key: '--^-----!' },
    marks: { 'deleted by an administrator': '--------!' },
    build: ({ tenure, key }, { scheduler }) => watched(tenure, key, scheduler),
  }),
  diagram({
    name: 'overwritten',
    title,
    inputs: {
      tenure: ' --T---------',
      key: '    ----#       ',
    },
    expected: ' --T-#       ',
    values,
    error: new ClaimLostError({ key: 'jobs' }, 'overwritten'),
    subscriptions: { tenure: '^---!', key: '--^-!' },
    marks: { 'another client wrote its own': '----!' },
    build: ({ tenure, key }, { scheduler }) => watched(tenure, key, scheduler),
  }),
  diagram({
    name: 'lease lost',
    title,
    inputs: {
      tenure: ' --T----#    ',
    },
    expected: ' --T----#    ',
    values,
    error: new LeaseLostError({ id: 'lease', ttl: 100 }, 'expired'),
    subscriptions: { tenure: '^------!' },
    build: ({ tenure }, { scheduler }) => watched(tenure, NEVER, scheduler),
  }),
  diagram({
    name: 'unsubscribed',
    title,
    inputs: {
      tenure: ' --T---------',
      key: '    ------------',
    },
    expected: ' --T---------',
    unsub: '    ------!     ',
    values,
    subscriptions: { tenure: '^-----!', key: '--^---!' },
    build: ({ tenure, key }, { scheduler }) => watched(tenure, key, scheduler),
  }),
];
