import { NEVER, type Observable, filter, map } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';
import { ClaimLostError } from '../src/core/errors.js';
import { Lease } from '../src/core/lease.js';
import type { Claim, LeaseRef } from '../src/core/types.js';
import { acquire } from '../src/operators/acquire.js';
import { diagram } from './diagram.js';
import { idOf } from './held.js';

const title = "acquire(backend, { key: 'jobs', id: 'T' })";
const values = { a: 'a', b: 'b', T: 'T', 0: 0, 1: 1, 2: 2 };

/** `queue` tells how many claims are before ours; `withdraw` completes when the store has confirmed. */
const acquired = (lease$: Observable<Lease>, queue: Observable<number>, withdraw: Observable<unknown> = NEVER) =>
  lease$.pipe(
    acquire(
      {
        withdraw: () => withdraw,
        acquire: (lease: LeaseRef, claim: Claim) =>
          queue.pipe(
            filter((before) => before === 0),
            map(() => ({ ...{ key: claim.key, id: 'T', nonce: claim.nonce, lease, value: '', token: 1n } })),
          ),
      },
      { key: 'jobs', id: 'T' },
    ),
    map(idOf),
  );

/** The same letter is the same live lease; each time but the first a renewal of it was confirmed. */
const leases = (letters: Observable<string>, scheduler: TestScheduler, ttl = 100, margin = 2) => {
  const known = new Map<string, Lease>();
  return letters.pipe(
    map((id) => {
      const lease = known.get(id) ?? new Lease({ id, ttl }, { margin, scheduler });
      known.set(id, lease).get(id)!.confirm(lease.asking());
      return lease;
    }),
  );
};

// prettier-ignore
export default [
  diagram({
    title,
    inputs: {
      lease: ' a--a--a--a--',
      queue: ' --1-----0---',
    },
    expected: '--------T---',
    values,
    subscriptions: { lease: '^-----------!', queue: '^-----------!' },
    marks: { 'renewed: the same claim waits on': '---!', 'our turn': '--------!' },
    build: ({ lease, queue }, { scheduler }) => acquired(leases(lease, scheduler), queue),
  }),
  diagram({
    name: 'at once',
    title,
    inputs: {
      lease: ' -a--a--a--',
      queue: ' 0---------',
    },
    expected: '-T--------',
    values,
    subscriptions: { lease: '^---------!', queue: '-^--------!' },
    build: ({ lease, queue }, { scheduler }) => acquired(leases(lease, scheduler), queue),
  }),
  diagram({
    name: 'waits',
    title,
    inputs: {
      lease: ' a-----------',
      queue: ' 2---1----0--',
    },
    expected: '---------T--',
    values,
    subscriptions: { lease: '^-----------!', queue: '^-----------!' },
    build: ({ lease, queue }, { scheduler }) => acquired(leases(lease, scheduler), queue),
  }),
  diagram({
    name: 'own key gone while waiting',
    title,
    inputs: {
      lease: '   a-----------',
      queue: '   2------#    ',
      withdraw: '----------|-',
    },
    expected: '  -------#    ',
    values,
    error: new ClaimLostError({ key: 'jobs' }, 'deleted'),
    subscriptions: { lease: '^------!', queue: '^------!', withdraw: '-------^--!' },
    marks: { 'deleted by somebody: what may be left is withdrawn': '-------!' },
    build: ({ lease, queue, withdraw }, { scheduler }) => acquired(leases(lease, scheduler), queue, withdraw),
  }),
  diagram({
    name: 'waits for a fresh lease',
    title: `${title}   ttl 12, margin 3`,
    inputs: {
      lease: ' a--------a----',
      queue: ' 1------0------',
    },
    expected: '---------T----',
    values,
    subscriptions: { lease: '^-------------!', queue: '^-------------!' },
    marks: { 'our turn, with less than the margin left': '-------!', 'renewed': '---------!' },
    build: ({ lease, queue }, { scheduler }) => acquired(leases(lease, scheduler, 12.5, 3), queue),
  }),
  diagram({
    name: 'another lease',
    title,
    inputs: {
      lease: '   a----b------',
      queue: '   1-------0---',
      withdraw: '-------|----',
    },
    expected: '  --------T---',
    values,
    subscriptions: { lease: '^-----------!', queue: ['^----!', '-----^------!'], withdraw: ['-----^-!', '------------(^!)'] },
    marks: { 'a new claim on the new lease': '-----!' },
    build: ({ lease, queue, withdraw }, { scheduler }) => acquired(leases(lease, scheduler), queue, withdraw),
  }),
  diagram({
    name: 'unsubscribed',
    title,
    inputs: {
      lease: '   a-----------',
      queue: '   1-----------',
      withdraw: '--------|---',
    },
    expected: '  ------------',
    unsub: '     -----!      ',
    values,
    subscriptions: { lease: '^----!', queue: '^----!', withdraw: '-----^--!' },
    build: ({ lease, queue, withdraw }, { scheduler }) => acquired(leases(lease, scheduler), queue, withdraw),
  }),
];
