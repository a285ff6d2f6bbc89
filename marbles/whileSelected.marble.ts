import { type Observable, map } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';
import { whileSelected } from '../src/operators/whileSelected.js';
import { diagram } from './diagram.js';
import { held } from './held.js';

const title = 'source.pipe(whileSelected(election))';
const values = { T: 'T', n: null };

const election = (tenure$: Observable<string | null>, scheduler: TestScheduler, ttl?: number) => ({
  tenure$: tenure$.pipe(map((id) => (id === null ? null : held(id, scheduler, ttl === undefined ? {} : { ttl })))),
});

// prettier-ignore
export default [
  diagram({
    title,
    inputs: {
      tenure$: 'n--T-----n---T----',
      source: ' a-b-c-d-e-f-g-h-i-',
    },
    live: ['source'],
    expected: ' ----c-d-e-----h-i-',
    values,
    subscriptions: { tenure$: '^-----------------!', source: ['---^-----!', '-------------^----!'] },
    build: ({ tenure$, source }, { scheduler }) => source.pipe(whileSelected(election(tenure$, scheduler))),
  }),
  diagram({
    name: 'past the deadline',
    title: `${title}   ttl 6, margin 2`,
    inputs: {
      tenure$: 'n--T--------n-----',
      source: ' a-b-c-d-e-f-g-h-i-',
    },
    live: ['source'],
    expected: ' ----c-d-----------',
    values,
    subscriptions: { tenure$: '^-----------------!', source: '---^--------!' },
    marks: { 'deadline, before anybody says so': '-------!' },
    build: ({ tenure$, source }, { scheduler }) => source.pipe(whileSelected(election(tenure$, scheduler, 6))),
  }),
  diagram({
    name: 'completes with its source',
    title,
    inputs: {
      tenure$: 'n--T-----n--',
      source: ' a-b-c-|    ',
    },
    live: ['source'],
    expected: ' ----c-|    ',
    values,
    subscriptions: { tenure$: '^-----!', source: '---^--!' },
    marks: { 'resigns': '------!' },
    build: ({ tenure$, source }, { scheduler }) => source.pipe(whileSelected(election(tenure$, scheduler))),
  }),
];
