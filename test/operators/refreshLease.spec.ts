import { NEVER, type Observable, defer, distinctUntilChanged, map, of, tap, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { BackendUnavailableError, DeniedError, InvalidOptionsError, LeaseLostError } from '../../src/core/errors.js';
import { refreshLease } from '../../src/operators/refreshLease.js';
import { marbles } from '../../src/testing/marbles.js';
import { jumping, liveLease } from '../fixtures/live.js';

const timing = { ttl: 9, margin: 2 };
const ok = of(undefined);
const cause = new BackendUnavailableError('network down');
const down = throwError(() => cause);

/** A backend whose renewals answer in turn; the last answer repeats. */
const renewing = (...answers: Observable<unknown>[]) =>
  ({ renew: () => defer(() => (answers.length > 1 ? answers.shift()! : answers[0]!)) }); // prettier-ignore
/** A renewal that should have ended, and has not, would go on for ever. */
const END = `${'-'.repeat(30)}!`;

// prettier-ignore
describe('refreshLease', () => {
  it('errors a margin before the last confirmed renewal runs out', marbles(({ scheduler, ...m }) => {
    const a = liveLease(scheduler, timing);
    const source = m.cold(' a--------------', { a });
    const subs = '          ^------------!';
    // renewals             ---o--o--x--x--
    const expected = '      a--a--a------#';
    const result = source.pipe(refreshLease(renewing(ok, ok, down), { every: 3, scheduler }));
    m.expectObservable(result, END).toBe(expected, { a }, new LeaseLostError(a, 'expired', { cause }));
    m.expectSubscriptions(source.subscriptions).toBe(subs);
  }));

  // trap: exhaustMap would let the hung renewal starve all others
  it('lets the next renewal overtake one that hangs', marbles(({ scheduler, cold, ...m }) => {
    const a = liveLease(scheduler, timing);
    const hung = cold('---------------');
    const subs = '     ---^----------!';
    const unsub = '    --------------!';
    const expected = ' a-----a--a--a--';
    const result = of(a).pipe(refreshLease(renewing(hung, ok), { every: 3, scheduler }));
    m.expectObservable(result, unsub).toBe(expected, { a });
    m.expectSubscriptions(hung.subscriptions).toBe(subs);
  }));

  // trap: switchMap over the renewals would cancel each slow answer by the next request, and never hear one
  it('hears answers that take longer than the pause between renewals', marbles(({ scheduler, cold, ...m }) => {
    const a = liveLease(scheduler, { ttl: 10, margin: 2 });
    const slow = cold('----(o|)       '); // sent at 3, 6, 9, 12
    const subs = ['    ---^---!', '------^---!', '---------^---!', '------------^-!'];
    const unsub = '    --------------!';
    const expected = ' a------a--a--a-';
    const result = of(a).pipe(refreshLease(renewing(slow), { every: 3, scheduler }));
    m.expectObservable(result, unsub).toBe(expected, { a });
    m.expectSubscriptions(slow.subscriptions).toBe(subs);
  }));

  it('survives three lost renewals in a row by default', marbles(({ scheduler, expectObservable }) => {
    const a = liveLease(scheduler, { ttl: 10, margin: 1 });
    // renewals       --x-x-x-o-
    const unsub = '   ----------!';
    const expected = 'a-------a-';
    const result = of(a).pipe(refreshLease(renewing(down, down, down, ok), { scheduler }));
    expectObservable(result, unsub).toBe(expected, { a });
  }));

  // trap: a share of its own for each renewal; acquire begins with distinctUntilChanged
  it('tells the very same lease each time', marbles(({ scheduler, expectObservable }) => {
    const a = liveLease(scheduler, timing);
    const unsub = '   --------!';
    const expected = 'a--------';
    const result = of(a).pipe(refreshLease(renewing(ok), { every: 3, scheduler }), distinctUntilChanged());
    expectObservable(result, unsub).toBe(expected, { a });
  }));

  it('says lost at the first beat after a suspend, seen by the wall clock only', marbles(({ scheduler, expectObservable }) => {
    const a = liveLease(jumping(scheduler, { at: 4, wall: 60_000 }), timing);
    const expected = 'a--a--#';
    const result = of(a).pipe(refreshLease(renewing(ok), { every: 3, scheduler }));
    expectObservable(result, END).toBe(expected, { a }, new LeaseLostError(a, 'expired'));
  }));

  it('is not deceived by a wall clock that is set back', marbles(({ scheduler, expectObservable }) => {
    const a = liveLease(jumping(scheduler, { at: 4, wall: -60_000 }), timing);
    const expected = 'a--a------#'; // 3 + 9 - 2
    const result = of(a).pipe(refreshLease(renewing(ok, down), { every: 3, scheduler }));
    expectObservable(result, END).toBe(expected, { a }, new LeaseLostError(a, 'expired', { cause }));
  }));

  // trap: whoever counts the answer's arrival, not its sending, revives a lease that the store has ended
  it('is not revived by an answer that comes after the deadline', marbles(({ scheduler, cold, expectObservable }) => {
    const a = liveLease(jumping(scheduler, { at: 4, mono: 60 }), timing);
    const late = cold('--(o|)'); // sent at 3
    const expected = ' a-----#';
    const result = of(a).pipe(refreshLease(renewing(late, ok), { every: 3, scheduler }));
    expectObservable(result, END).toBe(expected, { a }, new LeaseLostError(a, 'expired'));
  }));

  it('counts a renewal from when it was sent', marbles(({ scheduler, cold, expectObservable }) => {
    const a = liveLease(scheduler, timing);
    const slow = cold('---(o|)    ');
    // sent            ---1--2--3
    const expected = ' a-----a---#'; // 3 + 9 - 2
    const result = of(a).pipe(refreshLease(renewing(slow, NEVER), { every: 3, scheduler }));
    expectObservable(result, END).toBe(expected, { a }, new LeaseLostError(a, 'expired'));
  }));

  it('ends when the store says that the lease is gone, and not before', marbles(({ scheduler, expectObservable }) => {
    const a = liveLease(scheduler, timing);
    const gone = new LeaseLostError(a, 'revoked');
    const expected = 'a-----#';
    const answers = [throwError(() => new BackendUnavailableError('down')), throwError(() => gone)];
    expectObservable(of(a).pipe(refreshLease(renewing(...answers), { every: 3, scheduler })), END).toBe(expected, { a }, gone);
  }));

  it('takes a refusal for doubt, not for a verdict', marbles(({ scheduler, expectObservable }) => {
    const a = liveLease(scheduler, timing);
    const denied = new DeniedError('no permission');
    const unsub = '   -------!';
    const expected = 'a-----a-';
    const result = of(a).pipe(refreshLease(renewing(throwError(() => denied), ok), { every: 3, scheduler }));
    expectObservable(result, unsub).toBe(expected, { a });
  }));

  it.each([
    ['the deadline', down],
    ["the store's word", throwError(() => new LeaseLostError({ id: 'a', ttl: 9 }, 'revoked'))],
  ])('has ended the lease before the error is heard: by %s', (_, answer) => {
    marbles(({ scheduler, expectObservable }) => {
      const a = liveLease(scheduler, timing);
      const heard: boolean[] = [];
      const result = of(a).pipe(refreshLease(renewing(answer), { every: 3, scheduler }), tap({ error: () => heard.push(a.isCurrent()) }));
      expectObservable(result.pipe(map(() => 'a'), tap({ error: () => expect(heard).toEqual([false]) })), '----------!');
      scheduler.flush();
      expect(heard).toEqual([false]);
    })();
  });

  it('refuses a pause that does not fit the ttl that was granted', marbles(({ scheduler, expectObservable }) => {
    const a = liveLease(scheduler, timing);
    const expected = '#';
    const message = 'refreshEvery must be above 0 and below (ttl - margin) / 2 = 3.5 ms, but is 4 (ttl 9, margin 2).';
    const result = of(a).pipe(refreshLease(renewing(ok), { every: 4, scheduler }));
    expectObservable(result, END).toBe(expected, undefined, new InvalidOptionsError(message));
  }));

  it('renews only the latest lease', marbles(({ scheduler, cold, ...m }) => {
    const [a, b] = [liveLease(scheduler, timing), liveLease(scheduler, { id: 'b' })];
    const source = cold(' a---b-----', { a, b });
    const subs = '        ^---------!';
    const unsub = '       ----------!';
    const renewed: string[] = [];
    const expected = '    a--ab--b--';
    const backend = { renew: ({ id }: { id: string }) => defer(() => of(renewed.push(id))) };
    const result = source.pipe(refreshLease(backend, { every: 3, scheduler }), tap({ unsubscribe: () => expect(renewed).toEqual(['a', 'b']) }));
    m.expectObservable(result, unsub).toBe(expected, { a, b });
    m.expectSubscriptions(source.subscriptions).toBe(subs);
  }));
});
