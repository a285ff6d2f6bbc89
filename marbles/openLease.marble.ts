import { type Observable, first, map } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';
import { openLease } from '../src/operators/openLease.js';
import { diagram } from './diagram.js';

const title = 'openLease(backend, { ttl: 9 })';
const values = { a: { id: 'a', ttl: 9 } };

const opened = (grant: Observable<(typeof values)['a']>, revoke: Observable<unknown>, scheduler: TestScheduler) =>
  openLease({ grant: () => grant.pipe(first()), revoke: () => revoke }, { ttl: 9, margin: 2, scheduler }).pipe(
    map(({ id, ttl }) => ({ id, ttl })),
  );

// prettier-ignore
export default [
  diagram({
    title,
    inputs: {
      grant: '  --a-------',
      revoke: ' --------|-',
    },
    expected: ' --a-------',
    unsub: '    ------!   ',
    values,
    subscriptions: { grant: '^-!', revoke: '------^-!' },
    build: ({ grant, revoke }, { scheduler }) => opened(grant, revoke, scheduler),
  }),
  diagram({
    name: 'granted too late',
    title,
    inputs: {
      grant: '  -----a----',
      revoke: ' --------|-',
    },
    expected: ' ----------',
    unsub: '    --!       ',
    values,
    subscriptions: { grant: '^----!', revoke: '-----^--!' },
    marks: { 'nobody waits for it: revoked': '-----!' },
    build: ({ grant, revoke }, { scheduler }) => opened(grant, revoke, scheduler),
  }),
];
