import { type Observable, concatMap, ignoreElements, map, merge, switchMap, takeUntil, tap, timer } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';
import { memoryBackend, memoryFaults } from '../src/backends/memory/index.js';
import type { Backend } from '../src/core/types.js';
import { type Election, election } from '../src/recipes/election.js';
import { diagram } from './diagram.js';

/** A column is 200 ms: a ttl of ten columns, a margin of two, a renewal every second one. */
const timing = { ttl: 2_000, margin: 400, refreshEvery: 400, backoff: { initial: 200, random: () => 1 } };
const title = "election(backend, { key: 'jobs', id: 'a', ttl: 2_000, margin: 400 })";
const note = 't: true   f: false   n: nobody   a, b: the nodes   a column is 200 ms';
const values = { t: true, f: false, n: null, a: 'a', b: 'b' };

/** Two nodes of one store: a, which the picture is about, and its rival b. A request and its answer take a column. */
function nodes(scheduler: TestScheduler) {
  const faults = memoryFaults();
  const backend = memoryBackend({ scheduler, faults, latency: 100, timeout: 400 });
  const rival = memoryBackend({ scheduler, store: backend.store, latency: 100, timeout: 400 });
  const node = (id: string, on: Backend) => election(on, { ...timing, key: 'jobs', id, scheduler });
  return { a: node('a', backend), b: node('b', rival), faults };
}
/** A subscriber of its own, so that the order in which the lines of a picture end changes none of them. */
const leaderSeenBy = ({ leader$, tenure$ }: Election, scheduler: TestScheduler) =>
  merge(
    leader$.pipe(
      map((leader) => leader?.id ?? null),
      concatMap((id) => timer(toNextColumn(scheduler.now()), scheduler).pipe(map(() => id))),
    ),
    tenure$.pipe(ignoreElements()),
  );
/** After a partition it is read again at the backend's own pace, which no picture depends on. */
const toNextColumn = (now: number) => (200 - (now % 200)) % 200;

/** Does something in a column of the picture, beside a stream that it shows. */
const meanwhile = <T>(stream$: Observable<T>, scheduler: TestScheduler, ...happens: [column: number, what: () => unknown][]) =>
  merge(stream$, ...happens.map(([column, what]) => timer(column * 200, scheduler).pipe(tap(what), ignoreElements())));

// prettier-ignore
export default [
  diagram({
    title,
    column: 200,
    inputs: {},
    expected: {
      isSelected$:       'f-t----------f----------------t-----',
      leader$:           '-na----------n---------b-----a------',
      "b's isSelected$": '----f--------------t--------|',
    },
    values,
    note,
    marks: {
      'a is cut off': '--------!',
      'deadline: a stops believing': '-------------!',
      'the store has ended a\'s lease: b begins': '-------------------!',
      'the network is back': '----------------------!',
      'b resigns': '----------------------------!',
    },
    build: (_, { scheduler }) => {
      const { a, b, faults } = nodes(scheduler);
      return {
        isSelected$: meanwhile(a.isSelected$, scheduler, [8, () => faults.partition()], [22, () => faults.heal()]),
        leader$: leaderSeenBy(a, scheduler),
        "b's isSelected$": timer(800, scheduler).pipe(switchMap(() => b.isSelected$), takeUntil(timer(28 * 200, scheduler))),
      };
    },
  }),
  diagram({
    name: 'stepDown',
    title,
    column: 200,
    inputs: {},
    expected: {
      isSelected$:       'f-t-----f-------------t-----',
      leader$:           '-na-----nb-----------a------',
      "b's isSelected$": '----f-----t---------f-------',
    },
    values,
    note,
    marks: { 'a steps down, and queues again behind b': '--------!', 'b steps down': '--------------------!' },
    build: (_, { scheduler }) => {
      const { a, b } = nodes(scheduler);
      return {
        isSelected$: meanwhile(a.isSelected$, scheduler, [8, () => a.stepDown()], [20, () => b.stepDown()]),
        leader$: leaderSeenBy(a, scheduler),
        "b's isSelected$": timer(800, scheduler).pipe(switchMap(() => b.isSelected$)),
      };
    },
  }),
  diagram({
    name: 'stop and start',
    title,
    column: 200,
    inputs: {},
    expected: {
      isSelected$:       'f-t-----f---------t---f---',
      leader$:           '-na-----n---------a---n---',
    },
    values,
    note,
    marks: { 'stop(): subscribers see false and stay': '--------!', 'start()': '----------------!', 'stop()': '----------------------!' },
    build: (_, { scheduler }) => {
      const { a } = nodes(scheduler);
      return {
        isSelected$: meanwhile(a.isSelected$, scheduler, [8, () => a.stop()], [16, () => a.start()], [22, () => a.stop()]),
        leader$: leaderSeenBy(a, scheduler),
      };
    },
  }),
];
