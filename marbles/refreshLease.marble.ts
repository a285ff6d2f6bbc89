import { type Observable, first, map, mergeMap, of, throwError } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';
import { LeaseLostError } from '../src/core/errors.js';
import { Lease } from '../src/core/lease.js';
import { refreshLease } from '../src/operators/refreshLease.js';
import { diagram } from './diagram.js';

const a = { id: 'a', ttl: 9 };
const values = { a, o: true, x: false };
const title = 'refreshLease(backend, { every: 3 })    ttl 9, margin 2';
const refused = new Error('refused');
const gone = new LeaseLostError(a, 'revoked');

/** `network` answers o or refuses x, as it stands when a renewal is sent. */
const answering = (network: Observable<boolean>, no: Observable<never> = throwError(() => refused)) =>
  network.pipe(
    first(),
    mergeMap((up) => (up ? of(undefined) : no)),
  );
const refreshed = (grant: Observable<typeof a>, renew: () => Observable<unknown>, scheduler: TestScheduler) =>
  grant.pipe(
    map((granted) => new Lease(granted, { margin: 2, scheduler })),
    refreshLease({ renew }, { every: 3, scheduler }),
    map(({ id, ttl }) => ({ id, ttl })),
  );

// prettier-ignore
export default [
  diagram({
    title,
    inputs: {
      grant: '  a--------------',
      network: 'o------x-------',
    },
    expected: ' a--a--a------#',
    values,
    error: new LeaseLostError(a, 'expired', { cause: refused }),
    subscriptions: { grant: '^------------!', network: ['---(^!)', '------(^!)', '---------(^!)', '------------(^!)'] },
    marks: { 'last confirmed': '------!', 'deadline: 6 + 9 - 2': '-------------!' },
    build: ({ grant, network }, { scheduler }) => refreshed(grant, () => answering(network), scheduler),
  }),
  diagram({
    name: 'renewed',
    title,
    inputs: {
      grant: '  a--------------',
      network: 'o--------------',
    },
    expected: ' a--a--a--a--a--',
    values,
    subscriptions: { grant: '^--------------!', network: ['---(^!)', '------(^!)', '---------(^!)', '------------(^!)'] },
    build: ({ grant, network }, { scheduler }) => refreshed(grant, () => answering(network), scheduler),
  }),
  diagram({
    name: 'one renewal lost',
    title,
    inputs: {
      grant: '  a--------------',
      network: 'o---x---o------',
    },
    expected: ' a--a-----a--a--',
    values,
    subscriptions: { grant: '^--------------!', network: ['---(^!)', '------(^!)', '---------(^!)', '------------(^!)'] },
    build: ({ grant, network }, { scheduler }) => refreshed(grant, () => answering(network), scheduler),
  }),
  diagram({
    name: 'late answer ignored',
    title,
    inputs: {
      grant: '    a--------------',
      renewal1: ' -----------o---',
      renewal2: ' ------o--------',
      renewals: ' ---------x-----',
    },
    expected: '   a-----a----a-# ',
    values,
    error: new LeaseLostError(a, 'expired', { cause: refused }),
    subscriptions: { grant: '^------------!', renewal1: '---^-------!', renewal2: '------(^!)', renewals: ['---------(^!)', '------------(^!)'] },
    marks: { 'sent at 3, overtaken: moves no deadline': '-----------!', 'deadline: 6 + 9 - 2': '-------------!' },
    build: ({ grant, renewal1, renewal2, renewals }, { scheduler }) => {
      const answers = [renewal1.pipe(first()), renewal2.pipe(first())];
      return refreshed(grant, () => answers.shift() ?? answering(renewals), scheduler);
    },
  }),
  diagram({
    name: 'gone',
    title,
    inputs: {
      grant: '  a--------------',
      network: 'o----x---------',
    },
    expected: ' a--a--#        ',
    values,
    error: gone,
    subscriptions: { grant: '^-----!', network: ['---(^!)', '------(^!)'] },
    marks: { 'the store knows no such lease': '------!' },
    build: ({ grant, network }, { scheduler }) => refreshed(grant, () => answering(network, throwError(() => gone)), scheduler),
  }),
  diagram({
    name: 'unsubscribed in mid-renewal',
    title,
    inputs: {
      grant: ' a--------------',
      answer: '--------o------',
    },
    expected: 'a--------------',
    unsub: '   -----!         ',
    values,
    subscriptions: { grant: '^----!', answer: '---^-!' },
    build: ({ grant, answer }, { scheduler }) => refreshed(grant, () => answer, scheduler),
  }),
];
