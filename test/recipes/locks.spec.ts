import { NEVER, type Observable, Subject, concat, finalize, ignoreElements, mergeMap, of, retry, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { memoryBackend } from '../../src/backends/memory/backend.js';
import { memoryFaults } from '../../src/backends/memory/faults.js';
import { AcquireTimeoutError, ClaimLostError, DeniedError, HeldError, LeaseLostError } from '../../src/core/errors.js';
import type { LockOptions, TimingOptions } from '../../src/core/options.js';
import type { Tenure } from '../../src/core/tenure.js';
import { openLease } from '../../src/operators/openLease.js';
import { refreshLease } from '../../src/operators/refreshLease.js';
import { shareLatest } from '../../src/operators/shareLatest.js';
import { locks } from '../../src/recipes/locks.js';
import { type VirtualTime, virtualTime } from '../fixtures/virtualTime.js';

/** Locks on one store, ttl 1,000: margin 100, renewals every 200. */
const arrange = (time: VirtualTime, { latency = 0, ...timing }: TimingOptions & { latency?: number } = {}) => {
  const { scheduler } = time;
  const faults = memoryFaults();
  const backend = memoryBackend({ scheduler, faults, latency });
  const { store } = backend;
  const calls: string[] = [];
  backend.calls$.subscribe(({ verb, at }) => calls.push(`${at} ${verb}`));
  const mine = locks(backend, { ttl: 1_000, scheduler, ...timing });
  const elsewhere = locks(memoryBackend({ scheduler, store }), { ttl: 1_000, scheduler });
  /** When it was held, and how it ended: the tenure itself says nothing in a failed comparison. */
  const held = (lock$: Observable<Tenure>) => {
    const kept: Tenure[] = [];
    const recording = time.record(lock$);
    const { told } = recording;
    const events = () => told.map(([at, what, error]) => (error ? [at, error] : [at, kept.push(what as Tenure) && 'held']));
    return { events, leave: () => recording.leave(), tenure: () => told[0]?.[1] as Tenure };
  };
  const said = (verb: string) => calls.filter((call) => call.endsWith(` ${verb}`));
  const claims = (key: string) => store.read(key).entries.length;
  return { backend, store, faults, calls, said, mine, elsewhere, held, claims };
};
const nothingBehind = (store: { keys: readonly string[]; leases: readonly string[] }) =>
  expect({ keys: store.keys, leases: store.leases }).toEqual({ keys: [], leases: [] });

describe('a lock', () => {
  it(
    'waits its turn, first come, first served, whoever asks',
    virtualTime((time) => {
      const { mine, elsewhere, held } = arrange(time);
      const one = held(mine.lock('a'));
      time.until(1);
      const two = held(elsewhere.lock('a'));
      time.until(2);
      const three = held(mine.lock('a'));
      time.until(10);
      one.leave();
      time.until(20);
      two.leave();
      time.until(30);
      expect([one, two, three].map(({ events }) => events())).toEqual([[[0, 'held']], [[10, 'held']], [[20, 'held']]]);
      const tokens = [one, two, three].map(({ tenure }) => tenure().token);
      expect(tokens).toEqual([...tokens].sort((a, b) => Number(a - b)));
      expect(new Set(tokens).size).toBe(3);
    }),
  );

  it(
    'is an error when it is lost in silence, a margin before the store lets anybody else in',
    virtualTime((time) => {
      const { mine, elsewhere, held, faults } = arrange(time);
      const one = held(mine.lock('a'));
      time.until(500); // renewed at 400
      const two = held(elsewhere.lock('a'));
      faults.partition();
      time.until(3_000);
      expect(one.events()).toEqual([
        [0, 'held'],
        [1_300, expect.any(LeaseLostError)],
      ]);
      expect(two.events()).toEqual([[1_400, 'held']]);
    }),
  );

  it(
    'never asks again by itself once it was held',
    virtualTime((time) => {
      const { mine, held, store, said } = arrange(time);
      const one = held(mine.lock('a'));
      time.at(50, () => store.delete('a'));
      time.until(3_000);
      expect(one.events()).toEqual([
        [0, 'held'],
        [50, new ClaimLostError({ key: 'a' }, 'deleted')],
      ]);
      expect(said('acquire')).toHaveLength(1);
    }),
  );

  it(
    'is asked for again, at the end of the queue, when its claim is gone before it held',
    virtualTime((time) => {
      const { mine, elsewhere, held, store } = arrange(time);
      const holder = held(elsewhere.lock('a'));
      time.until(1);
      const one = held(mine.lock('a'));
      time.until(50);
      const [, waiting] = store.read('a').entries;
      store.delete('a', waiting!.id);
      time.until(1_000);
      holder.leave();
      time.until(2_000);
      expect(one.events()).toEqual([[1_000, 'held']]);
    }),
  );

  it(
    'fails at once with what a retry cannot mend',
    virtualTime((time) => {
      const { mine, held, faults } = arrange(time);
      faults.next('acquire', { error: new DeniedError('not yours') });
      const one = held(mine.lock('a'));
      time.until(10);
      expect(one.events()).toEqual([[0, expect.any(DeniedError)]]);
    }),
  );

  it(
    'gives up after its timeout, wherever it is waiting, and leaves no claim',
    virtualTime((time) => {
      const { mine, elsewhere, held, faults, claims, store } = arrange(time, { latency: 5 });
      const late = (at: number) => [[at, new AcquireTimeoutError({ key: 'a' }, 100)]];
      const holder = held(elsewhere.lock('a'));
      time.until(300);
      const inLine = held(mine.lock('a', { timeout: 100 }));
      time.until(390);
      expect(claims('a')).toBe(2);
      time.until(500);
      expect(inLine.events()).toEqual(late(400));
      expect(claims('a')).toBe(1);

      time.until(700);
      faults.next('acquire', { request: { delay: 50 }, answer: { delay: 100 } });
      const unanswered = held(mine.lock('a', { timeout: 100 }));
      time.until(1_500);
      expect(unanswered.events()).toEqual(late(800));
      expect(claims('a')).toBe(1);
      holder.leave();
      time.until(20_000);
      nothingBehind(store);
    }),
  );

  it(
    'gives up after its timeout when nobody even grants a lease; the next one gets it',
    virtualTime((time) => {
      const { mine, held, faults, store } = arrange(time);
      faults.next('grant', { answer: { delay: 300 } });
      const one = held(mine.lock('a', { timeout: 100 }));
      time.until(200);
      const two = held(mine.lock('a'));
      time.until(400);
      expect(one.events()).toEqual([[100, new AcquireTimeoutError({ key: 'a' }, 100)]]);
      expect(two.events()).toEqual([[300, 'held']]);
      two.leave();
      time.until(5_000);
      nothingBehind(store);
    }),
  );

  it(
    'leaves no claim when it is unsubscribed, at whatever moment',
    virtualTime((time) => {
      const { mine, elsewhere, held, claims, store } = arrange(time, { latency: 5 });
      const holder = held(elsewhere.lock('a'));
      time.until(100);
      for (let wait = 0; wait <= 60; wait++) {
        const begun = time.scheduler.now();
        const one = held(mine.lock('a'));
        time.until(begun + wait);
        one.leave();
        time.until(begun + 200);
        expect(claims('a')).toBe(1);
      }
      expect(holder.events()).toEqual([[0, 'held']]);
      holder.leave();
      time.until(60_000);
      nothingBehind(store);
    }),
  );

  it(
    'can be tried: HELD at once, whether it is held or waited for',
    virtualTime((time) => {
      const { mine, elsewhere, held, claims } = arrange(time);
      const holder = held(elsewhere.lock('a'));
      time.until(1);
      const refused = held(mine.tryLock('a'));
      const free = held(mine.tryLock('b'));
      time.until(10);
      expect(refused.events()).toEqual([[1, expect.any(HeldError)]]);
      expect(free.events()).toEqual([[1, 'held']]);
      expect(claims('a')).toBe(1);
      holder.leave();
    }),
  );

  it(
    'announces a value, and says who holds it to whoever watches',
    virtualTime((time) => {
      const { mine, elsewhere, held } = arrange(time);
      const seen = time.record(elsewhere.holder$('a'));
      time.until(5);
      const one = held(mine.lock('a', { value: 'host-1' }));
      time.until(10);
      const { id, token } = one.tenure();
      one.leave();
      time.until(20);
      seen.leave();
      expect(seen.told).toEqual([
        [0, null],
        [5, { id, token, value: 'host-1' }],
        [10, null],
      ]);
    }),
  );

  it(
    'is nobody else’s when a release comes late or twice',
    virtualTime((time) => {
      const { mine, held, faults, store } = arrange(time);
      faults.next('withdraw', { cut: 'after' }); // done, but nobody knows: it is sent again
      faults.next('withdraw', { request: { delay: 150 } });
      const one = held(mine.lock('a'));
      time.until(10);
      one.leave();
      time.until(20);
      const two = held(mine.lock('a'));
      time.until(900);
      expect(one.events()).toEqual([[0, 'held']]);
      expect(two.events()).toEqual([[20, 'held']]);
      expect(two.tenure().isCurrent()).toBe(true);
      expect(store.read('a').entries.map(({ nonce }) => nonce)).toEqual([two.tenure().nonce]);
      two.leave();
    }),
  );

  it(
    'sends two requests when nobody is in its way: one to take it, one to give it back',
    virtualTime((time) => {
      const { mine, held, calls } = arrange(time);
      const warm = held(mine.lock('warm'));
      time.until(10);
      calls.length = 0;
      const one = held(mine.lock('a'));
      time.until(20);
      one.leave();
      time.until(30);
      expect(calls).toEqual(['10 acquire', '20 withdraw']);
      warm.leave();
    }),
  );
});

describe('withLock', () => {
  const noted = (log: unknown[], name: string, work$: Observable<unknown>) => (tenure: Tenure) => {
    tenure.signal.addEventListener('abort', () => log.push(`${name} aborted`));
    return work$.pipe(finalize(() => log.push(`${name} stopped, ${tenure.isCurrent() ? 'current' : 'over'}`)));
  };

  it(
    'stops the work before it tells the loss',
    virtualTime((time) => {
      const { mine, store } = arrange(time);
      const log: unknown[] = [];
      mine.withLock('a', noted(log, 'work', NEVER)).subscribe({ error: (error: unknown) => log.push((error as Error).name) });
      time.at(50, () => store.leases.forEach((lease) => store.expire(lease)));
      time.until(2_000);
      expect(log).toEqual(['work aborted', 'work stopped, over', 'ClaimLostError']);
    }),
  );

  it(
    'stops the work at the deadline when all is silent, and tells the loss after it',
    virtualTime((time) => {
      const { mine, faults } = arrange(time);
      const log: unknown[] = [];
      const tell = (what: string) => log.push(`${time.scheduler.now()} ${what}`);
      mine.withLock('a', noted(log, 'work', NEVER)).subscribe({ error: (error: unknown) => tell((error as Error).name) });
      time.until(10);
      faults.partition();
      time.until(2_000);
      expect(log).toEqual(['work aborted', 'work stopped, over', '900 LeaseLostError']);
    }),
  );

  const broken = new Error('broken');
  const works: [how: string, work: () => Observable<number>, told: unknown[]][] = [
    [
      'completion',
      () => concat(of(1), timer(10).pipe(ignoreElements())),
      [
        [0, 1],
        [60, 'C'],
      ],
    ],
    ['error', () => throwError(() => broken), [[50, 'E', broken]]],
    ['thrown error', () => { throw broken; }, [[50, 'E', broken]]], // prettier-ignore
  ];
  it.each(works)('tells the %s of the work after the release', (how, work, told) =>
    virtualTime((time) => {
      const { mine, faults, claims } = arrange(time);
      faults.next('withdraw', { request: { delay: 50 } });
      const log: unknown[] = [];
      const note = (...what: unknown[]) => log.push([time.scheduler.now(), ...what]);
      const release = () => expect(claims('a')).toBe(0);
      mine.withLock('a', work).subscribe({
        next: (value) => note(value),
        error: (error: unknown) => (release(), note('E', error)),
        complete: () => (release(), note('C')),
      });
      time.until(40);
      expect(claims('a'), how).toBe(1);
      time.until(500);
      expect(log).toEqual(told);
    })(),
  );

  it(
    'never overlaps with another on one id in one locker, and runs in order',
    virtualTime((time) => {
      const { mine } = arrange(time, { latency: 3 });
      const log: string[] = [];
      const inside = (name: string) => () => {
        log.push(`${name} in`);
        return timer(20, time.scheduler).pipe(finalize(() => log.push(`${name} out`)));
      };
      ['one', 'two', 'three'].forEach((name) => mine.withLock('a', inside(name)).subscribe());
      time.until(500);
      expect(log).toEqual(['one in', 'one out', 'two in', 'two out', 'three in', 'three out']);
    }),
  );

  it(
    'lets nothing out after the deadline: neither a value nor a completion, but the loss',
    virtualTime((time) => {
      const { mine, faults, store } = arrange(time);
      const wall = { moved: 0 };
      Object.assign(time.scheduler, { wall: () => time.scheduler.now() + wall.moved });
      const work$ = new Subject<number>();
      const out = time.record(mine.withLock('a', () => work$));
      time.until(10);
      work$.next(1);
      faults.partition();
      wall.moved = 5_000; // the machine slept: our timers don't know yet
      work$.next(2);
      work$.complete();
      expect(out.told).toEqual([[10, 1]]);
      time.until(2_000);
      expect(out.told).toEqual([
        [10, 1],
        [200, 'E', expect.any(LeaseLostError)],
      ]);
      nothingBehind(store);
    }),
  );

  it(
    'stops before the key is released, on unsubscription, and waits for what was given to waitUntil',
    virtualTime((time) => {
      const { mine, claims } = arrange(time);
      const log: unknown[] = [];
      const slow = timer(30, time.scheduler);
      const work = (tenure: Tenure) => {
        tenure.waitUntil(slow);
        return noted(log, 'work', NEVER)(tenure);
      };
      const subscription = mine.withLock('a', work).subscribe();
      time.until(10);
      subscription.unsubscribe();
      expect(log).toEqual(['work aborted', 'work stopped, over']);
      time.until(29);
      expect(claims('a')).toBe(1);
      time.until(31);
      expect(claims('a')).toBe(0);
    }),
  );

  it(
    'keeps the key no longer than grace for work that never settles',
    virtualTime((time) => {
      const { mine, claims } = arrange(time, { grace: 300 });
      const subscription = mine.withLock('a', (tenure) => (tenure.waitUntil(NEVER), NEVER)).subscribe();
      time.until(10);
      subscription.unsubscribe();
      time.until(309);
      expect(claims('a')).toBe(1);
      time.until(311);
      expect(claims('a')).toBe(0);
    }),
  );
});

describe('share', () => {
  const share = true;

  it(
    'lets equal requests share a tenure without a request, until the last has left',
    virtualTime((time) => {
      const { mine, held, said, claims } = arrange(time);
      const one = held(mine.lock('a', { share }));
      time.until(10);
      const two = held(mine.lock('a', { share }));
      expect(two.events()).toEqual([[10, 'held']]);
      expect(two.tenure()).toBe(one.tenure());
      one.leave();
      time.until(20);
      expect(two.tenure().isCurrent()).toBe(true);
      two.leave();
      time.until(30);
      expect(said('acquire')).toHaveLength(1);
      expect(claims('a')).toBe(0);
    }),
  );

  const others: [what: string, options: LockOptions][] = [
    ['without it', {}],
    ['of another value', { share, value: 'other' }],
    ['of another kind', { share, kind: 'shared' }],
    ['for permits', { share, kind: { permits: 2 } }],
  ];
  it.each(others)('never shares with a request %s', (_, options) =>
    virtualTime((time) => {
      const { mine, held } = arrange(time);
      const one = held(mine.lock('a', { share }));
      time.until(10);
      const two = held(mine.lock('a', options));
      time.until(20);
      expect(two.events()).toEqual([]);
      one.leave();
      time.until(30);
      expect(two.events()).toEqual([[20, 'held']]);
      two.leave();
    })(),
  );

  it(
    'never shares a lock with a try',
    virtualTime((time) => {
      const { mine, held } = arrange(time);
      const one = held(mine.lock('a', { share }));
      time.until(10);
      const two = held(mine.tryLock('a', { share }));
      time.until(20);
      expect(two.events()).toEqual([[10, expect.any(HeldError)]]);
      one.leave();
    }),
  );

  it(
    'tells each the end of its own work, without waiting for the others',
    virtualTime((time) => {
      const { mine, claims } = arrange(time);
      const short = time.record(mine.withLock('a', () => timer(10, time.scheduler), { share }));
      const long = time.record(mine.withLock('a', () => timer(100, time.scheduler), { share }));
      time.until(50);
      expect(short.told).toEqual([
        [10, 0],
        [10, 'C'],
      ]);
      expect(claims('a')).toBe(1);
      time.until(200);
      expect(long.told).toEqual([
        [100, 0],
        [100, 'C'],
      ]);
      expect(claims('a')).toBe(0);
    }),
  );

  it(
    'replays no tenure past its deadline: the loss follows',
    virtualTime((time) => {
      const { mine, held, faults } = arrange(time);
      const wall = { moved: 0 };
      Object.assign(time.scheduler, { wall: () => time.scheduler.now() + wall.moved });
      const one = held(mine.lock('a', { share }));
      time.until(10);
      faults.partition();
      wall.moved = 5_000; // the machine slept
      const two = held(mine.lock('a', { share }));
      expect(two.events()).toEqual([]);
      time.until(2_000);
      expect(two.events()).toEqual([[200, expect.any(LeaseLostError)]]);
      expect(one.events()[1]).toEqual([200, expect.any(LeaseLostError)]);
    }),
  );

  it(
    'tells everybody the loss; who asks again at once is joined by who asks later',
    virtualTime((time) => {
      const { mine, held, store } = arrange(time);
      const one = held(mine.lock('a', { share }).pipe(retry({ count: 1, delay: () => of(0) })));
      const two = held(mine.lock('a', { share }));
      time.at(50, () => store.delete('a'));
      time.until(60);
      const three = held(mine.lock('a', { share }));
      time.until(70);
      expect(one.events()).toEqual([
        [0, 'held'],
        [50, 'held'],
      ]);
      expect(two.events()).toEqual([
        [0, 'held'],
        [50, expect.any(ClaimLostError)],
      ]);
      expect(three.events()).toEqual([[60, 'held']]);
    }),
  );
});

describe('release', () => {
  it(
    'tells the others that it was released, withdraws what waits first, and emits when the store has released',
    virtualTime((time) => {
      const { mine, elsewhere, held, faults, backend, claims } = arrange(time);
      const withdrawn: (string | undefined)[] = [];
      backend.calls$.subscribe(({ verb, nonce }) => verb === 'withdraw' && withdrawn.push(nonce));
      const holder = held(mine.lock('a'));
      time.until(1);
      const waiting = held(mine.lock('a'));
      const other = held(mine.lock('b'));
      const stranger = held(elsewhere.lock('a'));
      time.until(10);
      faults.next('withdraw', {});
      faults.next('withdraw', { request: { delay: 40 } });
      const release = time.record(mine.release('a'));
      time.until(100);
      const gone = new ClaimLostError({ key: 'a' }, 'released');
      expect(holder.events()).toEqual([
        [0, 'held'],
        [10, gone],
      ]);
      expect(waiting.events()).toEqual([[10, gone]]);
      expect(other.events()).toEqual([[1, 'held']]);
      expect(stranger.events()).toEqual([[50, 'held']]);
      expect(withdrawn[1]).toBe(holder.tenure().nonce);
      expect(release.told).toEqual([
        [50, 'released'],
        [50, 'C'],
      ]);
      expect(claims('a')).toBe(1);
    }),
  );

  it(
    'of nothing is over at once',
    virtualTime((time) => {
      const { mine } = arrange(time);
      expect(time.record(mine.release('a')).told).toEqual([
        [0, 'released'],
        [0, 'C'],
      ]);
    }),
  );

  it(
    'waits for an earlier release that is still under way, and for no lock that was asked for since',
    virtualTime((time) => {
      const { mine, held, faults } = arrange(time);
      const one = held(mine.lock('a'));
      time.until(10);
      faults.next('withdraw', { request: { delay: 40 } });
      one.leave();
      time.until(20);
      const release = time.record(mine.release('a'));
      const two = held(mine.lock('a'));
      time.until(100);
      expect(release.told).toEqual([
        [50, 'released'],
        [50, 'C'],
      ]);
      expect(two.events()).toEqual([[50, 'held']]);
    }),
  );

  it(
    'may be called by whoever is just being told of the tenure',
    virtualTime((time) => {
      const { mine, claims } = arrange(time);
      const log: unknown[] = [];
      const released$ = new Subject<void>();
      released$.pipe(mergeMap(() => mine.release('a'))).subscribe((how) => log.push(how));
      mine.lock('a').subscribe({
        next: () => released$.next(),
        error: (error: unknown) => log.push((error as Error).message),
      });
      time.until(10);
      expect(log).toEqual([expect.stringContaining('released'), 'released']);
      expect(claims('a')).toBe(0);
    }),
  );

  it(
    'says so when the store could not be asked until the ttl had run out there',
    virtualTime((time) => {
      const { mine, held, faults, store } = arrange(time);
      const one = held(mine.lock('a'));
      time.until(10);
      faults.partition();
      const release = time.record(mine.release('a'));
      time.until(20_000);
      expect(one.events()[1]).toEqual([10, expect.any(ClaimLostError)]);
      expect(release.told.map(([, what]) => what)).toEqual(['expired', 'C']);
      expect(release.told[0]![0]).toBeGreaterThanOrEqual(1_000);
      nothingBehind(store);
    }),
  );

  it(
    'fails when the store refuses: the key stays',
    virtualTime((time) => {
      const { mine, held, faults } = arrange(time);
      held(mine.lock('a'));
      time.until(10);
      faults.next('withdraw', { error: new DeniedError('no more') });
      const release = time.record(mine.release('a'));
      time.until(20);
      expect(release.told).toEqual([[10, 'E', new DeniedError('no more')]]);
    }),
  );
});

describe('the lease', () => {
  it(
    'is one for all, renewed as for one, and kept for one ttl after the last lock',
    virtualTime((time) => {
      const { mine, held, said, store } = arrange(time);
      const all = ['a', 'b', 'c'].map((key) => held(mine.lock(key)));
      time.until(1_000);
      expect(said('grant')).toEqual(['0 grant']);
      expect(said('renew')).toHaveLength(5);
      all.forEach(({ leave }) => leave());
      time.until(1_900);
      expect({ keys: store.keys, leases: store.leases.length }).toEqual({ keys: [], leases: 1 });
      const again = held(mine.lock('a'));
      time.until(1_950);
      again.leave();
      time.until(2_900);
      expect(said('grant')).toHaveLength(1);
      expect(said('revoke')).toEqual([]);
      time.until(3_000);
      expect(said('revoke')).toEqual(['2950 revoke']);
      nothingBehind(store);
    }),
  );

  it(
    'goes at once on close, with everything on it, and the next lock opens another',
    virtualTime((time) => {
      const { mine, held, store, said } = arrange(time);
      const one = held(mine.lock('a'));
      time.until(10);
      const close = time.record(mine.close());
      time.until(20);
      expect(one.events()[1]).toEqual([10, new ClaimLostError({ key: 'a' }, 'released')]);
      expect(close.told).toEqual([
        [10, 'released'],
        [10, 'C'],
      ]);
      nothingBehind(store);
      const next = held(mine.lock('a'));
      time.until(30);
      expect(next.events()).toEqual([[20, 'held']]);
      expect(said('grant')).toEqual(['0 grant', '20 grant']);
    }),
  );

  it(
    'that is idle goes at once on close, too, as does one that is just being granted',
    virtualTime((time) => {
      const { mine, held, store } = arrange(time, { latency: 5 });
      const one = held(mine.lock('a'));
      time.until(20);
      one.leave();
      time.until(50);
      expect(store.leases).toHaveLength(1);
      const idle = time.record(mine.close());
      time.until(100);
      expect(idle.told[0]).toEqual([60, 'released']);
      nothingBehind(store);
      held(mine.lock('a'));
      time.until(107);
      const granting = time.record(mine.close());
      time.until(200);
      expect(granting.told[0]).toEqual([120, 'released']);
      nothingBehind(store);
    }),
  );

  it(
    'is not what a lock gets that is asked for while it is being closed',
    virtualTime((time) => {
      const { mine, held, said } = arrange(time, { grace: 500 });
      mine.withLock('a', (tenure) => (tenure.waitUntil(timer(200, time.scheduler)), NEVER)).subscribe({ error: () => undefined });
      time.until(10);
      const close = time.record(mine.close());
      const next = held(mine.lock('b'));
      time.until(1_500);
      expect(close.told).toEqual([
        [200, 'released'],
        [200, 'C'],
      ]);
      expect(next.events()).toEqual([[10, 'held']]);
      expect(said('grant')).toEqual(['0 grant', '10 grant']);
      expect(said('revoke')).toEqual(['200 revoke']);
    }),
  );

  it(
    'says on close when the store could not be asked until the ttl had run out there',
    virtualTime((time) => {
      const { mine, held, faults } = arrange(time);
      held(mine.lock('a'));
      time.until(10);
      faults.partition();
      const close = time.record(mine.close());
      time.until(20_000);
      expect(close.told.map(([, what]) => what)).toEqual(['expired', 'C']);
    }),
  );

  it(
    'may be given: then it is nobody’s to end here',
    virtualTime((time) => {
      const { backend, held, said } = arrange(time);
      const { scheduler } = time;
      const lease$ = openLease(backend, { ttl: 2_000, scheduler }).pipe(refreshLease(backend, { scheduler }), shareLatest());
      const keeper = lease$.subscribe();
      const [jobs, files] = [locks(backend, { lease$, scheduler }), locks(backend, { lease$, scheduler })];
      const [one, two] = [held(jobs.lock('a')), held(files.lock('b'))];
      time.until(10);
      expect(one.tenure().lease).toBe(two.tenure().lease);
      jobs.close().subscribe();
      time.until(100);
      expect(said('revoke')).toEqual([]);
      expect(two.tenure().isCurrent()).toBe(true);
      two.leave();
      keeper.unsubscribe();
      time.until(200);
      expect(said('revoke')).toHaveLength(1);
    }),
  );
});
