import { EMPTY, NEVER, Subject, concat, defer, map, of, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { BackendUnavailableError, ClaimLostError, DeniedError, HeldError } from '../../src/core/errors.js';
import type { Lease } from '../../src/core/lease.js';
import { Pending } from '../../src/core/pending.js';
import type { Attempt, Tenure } from '../../src/core/tenure.js';
import type { Claim, LeaseRef, Release } from '../../src/core/types.js';
import { acquire } from '../../src/operators/acquire.js';
import { marbles } from '../../src/testing/marbles.js';
import { jumping, liveLease } from '../fixtures/live.js';
import { virtualTime } from '../fixtures/virtualTime.js';

const claim = { key: 'jobs', id: 'T' };
const turn = (lease: LeaseRef, { key, nonce, value = '' }: Claim) => ({ key, id: 'T', nonce, lease, value, token: 1n });
const plain = map(({ id }: Tenure) => id);
const atOnce = { acquire: (lease: LeaseRef, mine: Claim) => of(turn(lease, mine)), withdraw: () => EMPTY };
const unavailable = new BackendUnavailableError('down');

// prettier-ignore
describe('acquire', () => {
  // trap: without distinctUntilChanged the first renewal withdraws the claim, and gives the key away
  it('keeps one claim through the renewals of its lease', marbles(({ scheduler, cold, ...m }) => {
    const a = liveLease(scheduler);
    const source = cold('  a--a--a--a---', { a });
    const waiting = cold(' -----t-------');
    const withdrawn = cold('|');
    const unsub = '        ------------!';
    const waited = '       ^-----------!';
    const released = '     ------------(^!)';
    const expected = '     -----T-------';
    const backend = { acquire: (lease: LeaseRef, mine: Claim) => waiting.pipe(map(() => turn(lease, mine))), withdraw: () => withdrawn };
    m.expectObservable(source.pipe(acquire(backend, claim), plain), unsub).toBe(expected);
    m.expectSubscriptions(waiting.subscriptions).toBe(waited);
    m.expectSubscriptions(withdrawn.subscriptions).toBe(released);
  }));

  // trap: mergeMap would leave a claim on the old lease in the queue, in front of our own
  it('withdraws the claim on the old lease when a new one comes', marbles(({ scheduler, cold, ...m }) => {
    const [a, b] = [liveLease(scheduler), liveLease(scheduler, { id: 'b' })];
    const source = cold('  a----b-------', { a, b });
    const waiting = cold<never>(' -------------');
    const withdrawn = cold('|');
    const unsub = '        -----------!';
    const waited = ['      ^----!', '-----^-----!'];
    const released = ['    -----(^!)', '-----------(^!)'];
    m.expectObservable(source.pipe(acquire({ acquire: () => waiting, withdraw: () => withdrawn }, claim)), unsub).toBe('-------');
    m.expectSubscriptions(waiting.subscriptions).toBe(waited);
    m.expectSubscriptions(withdrawn.subscriptions).toBe(released);
  }));

  it('is still waiting when the store completes without an answer', marbles(({ scheduler, ...m }) => {
    const unsub = '   ----!';
    const expected = '-----';
    m.expectObservable(concat(of(liveLease(scheduler)), NEVER).pipe(acquire({ acquire: () => EMPTY, withdraw: () => EMPTY }, claim)), unsub).toBe(expected);
  }));

  it('errors, and withdraws what may be left, when our place in the queue is gone', marbles(({ scheduler, cold, ...m }) => {
    const gone = new ClaimLostError(claim, 'deleted');
    const source = cold('  a------------', { a: liveLease(scheduler) });
    const subs = '         ^---!        ';
    const waiting = cold<never>(' ----#        ', undefined, gone);
    const withdrawn = cold('    --|      ');
    const released = '     ----^-!      ';
    const expected = '     ----#        ';
    m.expectObservable(source.pipe(acquire({ acquire: () => waiting, withdraw: () => withdrawn }, claim))).toBe(expected, undefined, gone);
    m.expectSubscriptions(source.subscriptions).toBe(subs);
    m.expectSubscriptions(withdrawn.subscriptions).toBe(released);
  }));

  it('passes on that the key is held, with wait: false', marbles(({ scheduler, ...m }) => {
    const asked: (boolean | undefined)[] = [];
    const held = new HeldError(claim);
    const refusing = { ...atOnce, acquire: (_: LeaseRef, { wait }: Claim) => (asked.push(wait), throwError(() => held)) };
    m.expectObservable(of(liveLease(scheduler)).pipe(acquire(refusing, { ...claim, wait: false }))).toBe('#', undefined, held);
    m.flush();
    expect(asked).toEqual([false]);
  }));

  // trap: a grant that is old when our turn comes ends before the work has begun
  it('waits for the next confirmed renewal while less than the margin is left', marbles(({ scheduler, cold, ...m }) => {
    const a = liveLease(scheduler, { ttl: 12.5, margin: 3 });
    const confirmed = () => (a.confirm(a.asking()), a);
    const source = cold('  a-----c--c---', { a: () => a, c: confirmed });
    const waiting = cold(' --------t----'); // 12.5 - 3 - 8: too little, but for the renewal at 6
    const unsub = '        ------------!';
    const expected = '     --------T----';
    const backend = { ...atOnce, acquire: (lease: LeaseRef, mine: Claim) => waiting.pipe(map(() => turn(lease, mine))) };
    m.expectObservable(source.pipe(map((tell) => tell()), acquire(backend, claim), plain), unsub).toBe(expected);
  }));

  it('waits for one that comes later as well', marbles(({ scheduler, cold, ...m }) => {
    const a = liveLease(scheduler, { ttl: 12.5, margin: 3 });
    const confirmed = () => (a.confirm(a.asking()), a);
    const source = cold('  a--------c---', { a: () => a, c: confirmed });
    const waiting = cold(' --------t----');
    const unsub = '        ------------!';
    const expected = '     ---------T---';
    const backend = { ...atOnce, acquire: (lease: LeaseRef, mine: Claim) => waiting.pipe(map(() => turn(lease, mine))) };
    m.expectObservable(source.pipe(map((tell) => tell()), acquire(backend, claim), plain), unsub).toBe(expected);
  }));

  it('never emits a tenure whose deadline has passed, however late its timer fires', marbles(({ scheduler, cold, ...m }) => {
    const a = liveLease(jumping(scheduler, { at: 3, wall: 60_000 }), { margin: 0 });
    const waiting = cold(' ----t----');
    const unsub = '        --------!';
    const expected = '     ---------';
    const backend = { ...atOnce, acquire: (lease: LeaseRef, mine: Claim) => waiting.pipe(map(() => turn(lease, mine))) };
    m.expectObservable(concat(of(a), NEVER).pipe(acquire(backend, claim), plain), unsub).toBe(expected);
  }));

  // trap: a nonce made when the operator is built lets one attempt adopt the claim of another
  it('gives each attempt a nonce of its own', virtualTime(({ scheduler, record, until }) => {
    const nonces: string[] = [];
    const noting = { ...atOnce, acquire: (_: LeaseRef, { nonce }: Claim) => (nonces.push(nonce), NEVER) };
    const claimed = concat(of(liveLease(scheduler), liveLease(scheduler, { id: 'b' })), NEVER).pipe(acquire(noting, claim));
    record(claimed).leave();
    record(claimed).leave();
    until(9);
    expect(new Set(nonces).size).toBe(4);
  }));

  it('asks for the latest value at each attempt', virtualTime(({ scheduler, record }) => {
    const values: unknown[] = [];
    const noting = { ...atOnce, acquire: (_: LeaseRef, { value }: Claim) => (values.push(value), NEVER) };
    const changing = { ...claim, get value() { return `v${values.length}`; } };
    const claimed = of(liveLease(scheduler)).pipe(acquire(noting, changing));
    record(claimed).leave();
    record(claimed).leave();
    expect(values).toEqual(['v0', 'v1']);
  }));

  // trap: a release in the teardown is sent before the work has stopped
  it('withdraws a turn after the unsubscription, never inside it', virtualTime(({ scheduler, record, until }) => {
    const log: string[] = [];
    const noting = { ...atOnce, withdraw: () => defer(() => (log.push('withdraw'), EMPTY)) };
    const claimed = record(concat(of(liveLease(scheduler)), NEVER).pipe(acquire(noting, claim)));
    claimed.leave();
    log.push('unsubscribed');
    until(0);
    expect(log).toEqual(['unsubscribed', 'withdraw']);
  }));

  it('withdraws again until the store has confirmed', marbles(({ scheduler, cold, ...m }) => {
    const a = liveLease(scheduler, { ttl: 20 });
    const answers = [cold('-#', undefined, unavailable), cold('-#', undefined, unavailable), cold('--|')];
    const unsub = '        -----!          ';
    const withdrawn = ['   -----^!         ', '--------^!', '-----------^-!']; // pauses of ttl / 10
    const backend = { ...atOnce, withdraw: () => defer(() => answers[sent++]!) };
    let sent = 0;
    m.expectObservable(concat(of(a), NEVER).pipe(acquire(backend, claim), plain), unsub).toBe('T');
    answers.forEach((answer, index) => m.expectSubscriptions(answer.subscriptions).toBe(withdrawn[index]!));
  }));

  it('withdraws until the store has ended the lease, and no longer', marbles(({ scheduler, cold, ...m }) => {
    const a = liveLease(scheduler, { ttl: 10 });
    const failing = cold('#', undefined, unavailable);
    const bounded = Array.from({ length: 20 }, () => failing); // more would be for ever
    const unsub = '      ------!';
    const withdrawn = [6, 7, 8, 9].map((at) => `${'-'.repeat(at)}(^!)`);
    m.expectObservable(concat(of(a), NEVER).pipe(acquire({ ...atOnce, withdraw: () => defer(() => bounded.pop() ?? EMPTY) }, claim), plain), unsub).toBe('T');
    m.expectSubscriptions(failing.subscriptions).toBe(withdrawn);
  }));

  // trap: a bound that is fixed when the release begins leaves the key with a lease that others keep alive
  it('goes on withdrawing while others renew a shared lease', marbles(({ scheduler, cold, ...m }) => {
    const a = liveLease(scheduler, { ttl: 10 });
    const others = cold('   -------r-----r');
    const failing = cold('  #', undefined, unavailable);
    const bounded = Array.from({ length: 30 }, () => failing); // more would be for ever
    const unsub = '         ------!';
    const withdrawn = Array.from({ length: 17 }, (_, index) => `${'-'.repeat(6 + index)}(^!)`); // until 13 + 10 = 23
    m.expectObservable(others.pipe(map(() => a.confirm(a.asking())))).toBe('-------t-----t', { t: true });
    m.expectObservable(concat(of(a), NEVER).pipe(acquire({ ...atOnce, withdraw: () => defer(() => bounded.pop() ?? EMPTY) }, claim), plain), unsub).toBe('T');
    m.expectSubscriptions(failing.subscriptions).toBe(withdrawn);
  }));

  it('does not ask again when the store refuses', marbles(({ scheduler, cold, ...m }) => {
    const asked: unknown[] = [];
    const failing = cold('#', undefined, new DeniedError('no permission'));
    m.expectObservable(concat(of(liveLease(scheduler)), NEVER).pipe(acquire({ ...atOnce, withdraw: () => defer(() => (asked.push(1) < 9 ? failing : EMPTY)) }, claim), plain), '--!').toBe('T');
    m.expectSubscriptions(failing.subscriptions).toBe('--(^!)');
  }));

  it('is in the ledger from before its first request until its withdrawal has ended', virtualTime(({ scheduler, record, until }) => {
    const releases = new Pending<Release>();
    const withdrawal = new Subject<void>();
    const log: string[] = [];
    const pending = () => { const settled = record(releases.settled).told.length > 0; return settled ? 'settled' : 'pending'; };
    const noting = { acquire: () => defer(() => (log.push(`request: ${pending()}`), NEVER)), withdraw: () => withdrawal };
    const attempts = new Set<Attempt>();
    const claimed = record(concat(of<Lease>(liveLease(scheduler)), NEVER).pipe(acquire(noting, claim, { releases, attempts })));
    expect(attempts.size).toBe(1);
    claimed.leave();
    expect(attempts.size).toBe(0);
    until(5);
    log.push(`left: ${pending()}`);
    withdrawal.complete();
    log.push(`withdrawn: ${pending()}`);
    expect(log).toEqual(['request: pending', 'left: pending', 'withdrawn: settled']);
  }));
});
