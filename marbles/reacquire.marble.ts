import { type Observable, defer } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';
import { BackendUnavailableError, DeniedError } from '../src/core/errors.js';
import { reacquire } from '../src/operators/reacquire.js';
import { diagram } from './diagram.js';

const title = 'reacquire({ initial: 4, random: () => 0.5 })';
const values = { T: 'T' };
const error = new BackendUnavailableError('down');

const standing = (attempts: Observable<string>[], scheduler: TestScheduler, settled = 0) =>
  defer(() => attempts.shift()!).pipe(reacquire({ initial: 4, settled, random: () => 0.5, scheduler }));

// prettier-ignore
export default [
  diagram({
    title,
    inputs: {
      first: '  -#                    ',
      second: ' ----#                 ',
      third: '  ---------#            ',
      fourth: ' -------------------T--',
    },
    expected: ' -------------------T--',
    values,
    error,
    subscriptions: { first: '^!', second: '---^!', third: '--------^!', fourth: '-----------------^----!' },
    marks: { 'pauses: half of 4, of 8, of 16': '---!' },
    build: ({ first, second, third, fourth }, { scheduler }) => standing([first, second, third, fourth], scheduler),
  }),
  diagram({
    name: 'reset only by a tenure that lived',
    title: 'reacquire({ initial: 4, settled: 5, random: () => 0.5 })',
    inputs: {
      first: '  -#                      ',
      second: ' ----T-#                 ',
      third: '  -----------T-----#      ',
      fourth: ' --------------------T---',
    },
    expected: ' ----T------T--------T---',
    values,
    error,
    subscriptions: { first: '^!', second: '---^--!', third: '----------^------!', fourth: '-------------------^----!' },
    marks: { 'lived 2: the next pause is 4': '------!', 'lived 6: the next pause is 2': '-----------------!' },
    build: ({ first, second, third, fourth }, { scheduler }) => standing([first, second, third, fourth], scheduler, 5),
  }),
  diagram({
    name: 'fatal',
    title,
    inputs: {
      first: '  --#  ',
      second: ' -----',
    },
    expected: ' --#  ',
    values,
    error: new DeniedError('no permission'),
    subscriptions: { first: '^-!', second: [] },
    build: ({ first, second }, { scheduler }) => standing([first, second], scheduler),
  }),
];
