import { type Observable, map } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';
import { switchWhileSelected } from '../src/operators/switchWhileSelected.js';
import { diagram } from './diagram.js';
import { held } from './held.js';

const title = 'switchWhileSelected(election, work)';
const values = { n: null, A: 'A', B: 'B', a: 'a', b: 'b' };

const election = (tenure$: Observable<string | null>, scheduler: TestScheduler) => ({
  tenure$: tenure$.pipe(map((id) => (id === null ? null : held(id, scheduler)))),
});

// prettier-ignore
export default [
  diagram({
    title,
    inputs: {
      tenure$: ' n--A------n---B-----',
      'work(A)': '----a-a-a-a-a-      ',
      'work(B)': '---------------b-b-b',
    },
    live: ['work(A)', 'work(B)'],
    expected: '  ----a-a-a------b-b-b',
    values,
    subscriptions: { tenure$: '^-------------------!', 'work(A)': '---^------!', 'work(B)': '--------------^-----!' },
    build: ({ tenure$, ...work }, { scheduler }) =>
      switchWhileSelected(election(tenure$, scheduler), ({ id }) => (id === 'A' ? work['work(A)'] : work['work(B)'])),
  }),
  diagram({
    name: 'one tenure after another',
    title,
    inputs: {
      tenure$: ' n--A------B---------',
      'work(A)': '----a-a-a-a-a-      ',
      'work(B)': '---------b-b-b-b-b-b',
    },
    live: ['work(A)', 'work(B)'],
    expected: '  ----a-a-a--b-b-b-b-b',
    values,
    subscriptions: { tenure$: '^-------------------!', 'work(A)': '---^------!', 'work(B)': '----------^---------!' },
    build: ({ tenure$, ...work }, { scheduler }) =>
      switchWhileSelected(election(tenure$, scheduler), ({ id }) => (id === 'A' ? work['work(A)'] : work['work(B)'])),
  }),
  diagram({
    name: 'work fails',
    title,
    inputs: {
      tenure$: ' n--A------n---',
      'work(A)': '----a-a-#     ',
    },
    live: ['work(A)'],
    expected: '  ----a-a-#     ',
    values,
    error: new Error('out of paper'),
    subscriptions: { tenure$: '^-------!', 'work(A)': '---^----!' },
    marks: { 'resigns': '--------!' },
    build: ({ tenure$, ...work }, { scheduler }) => switchWhileSelected(election(tenure$, scheduler), () => work['work(A)']),
  }),
];
