import { EMPTY, type Observable, map, tap } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';
import { LeaseLostError } from '../src/core/errors.js';
import { linger } from '../src/operators/linger.js';
import { diagram } from './diagram.js';
import { held, idOf } from './held.js';

const title = 'linger({ grace: 6 })';
const values = { T: 'T', w: 'w' };

const resigning = (tenure: Observable<string>, work: Observable<unknown>, scheduler: TestScheduler) =>
  tenure.pipe(
    map((id) => held(id, scheduler)),
    linger({ grace: 6, scheduler }),
    tap((fed) => fed.waitUntil(work)),
    map(idOf),
  );

// prettier-ignore
export default [
  diagram({
    title,
    inputs: {
      tenure: ' -T------------',
      work: '   --w--w--w-|  ',
    },
    expected: ' -T------------',
    unsub: '    ------!       ',
    values,
    subscriptions: { tenure: '^---------!', work: '-^--------!' },
    marks: { 'the work has ended: the key goes': '----------!' },
    build: ({ tenure, work }, { scheduler }) => resigning(tenure, work, scheduler),
  }),
  diagram({
    name: 'grace runs out',
    title,
    inputs: {
      tenure: ' -T--------------',
      work: '   --w--w--w--w--w-',
    },
    expected: ' -T--------------',
    unsub: '    ------!         ',
    values,
    subscriptions: { tenure: '^-----------!', work: '-^' },
    marks: { 'six later the key goes all the same': '------------!' },
    build: ({ tenure, work }, { scheduler }) => resigning(tenure, work, scheduler),
  }),
  diagram({
    name: 'nothing to wait for',
    title,
    inputs: {
      tenure: ' -T----------',
    },
    expected: ' -T----------',
    unsub: '    ------!     ',
    values,
    subscriptions: { tenure: '^-----!' },
    build: ({ tenure }, { scheduler }) => resigning(tenure, EMPTY, scheduler),
  }),
  diagram({
    name: 'a loss passes at once',
    title,
    inputs: {
      tenure: ' -T----#     ',
      work: '   --w--w--w--w',
    },
    expected: ' -T----#     ',
    values,
    error: new LeaseLostError({ id: 'lease', ttl: 100 }, 'expired'),
    subscriptions: { tenure: '^-----!', work: '-^' },
    build: ({ tenure, work }, { scheduler }) => resigning(tenure, work, scheduler),
  }),
];
