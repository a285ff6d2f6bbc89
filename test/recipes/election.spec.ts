import { NEVER, Subject, filter, finalize, interval, of, share, switchMap, tap, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { memoryBackend } from '../../src/backends/memory/backend.js';
import { memoryFaults } from '../../src/backends/memory/faults.js';
import type { Clock } from '../../src/core/clock.js';
import { DeniedError, isTenureError } from '../../src/core/errors.js';
import type { ElectionOptions } from '../../src/core/options.js';
import type { Tenure } from '../../src/core/tenure.js';
import type { Backend } from '../../src/core/types.js';
import { openLease } from '../../src/operators/openLease.js';
import { refreshLease } from '../../src/operators/refreshLease.js';
import { shareLatest } from '../../src/operators/shareLatest.js';
import { switchWhileSelected } from '../../src/operators/switchWhileSelected.js';
import { whileSelected } from '../../src/operators/whileSelected.js';
import { election } from '../../src/recipes/election.js';
import { type VirtualTime, virtualTime } from '../fixtures/virtualTime.js';

/** Two nodes on one store, ttl 1,000: margin 100, renewals every 200. */
const arrange = ({ scheduler }: VirtualTime, options: Partial<ElectionOptions> = {}) => {
  const faults = memoryFaults();
  const backend = memoryBackend({ scheduler, faults });
  const elsewhere = memoryBackend({ scheduler, store: backend.store });
  const calls: string[] = [];
  backend.calls$.subscribe(({ verb, at }) => calls.push(`${at} ${verb}`));
  const common = { key: 'jobs', ttl: 1_000, scheduler, backoff: { random: () => 1 } };
  const one = election(backend, { ...common, id: 'one', value: 'host-1', ...options });
  const other = election(elsewhere, { ...common, id: 'other', value: 'host-2' });
  return { backend, store: backend.store, faults, calls, one, other, common };
};
const settled = (promise: Promise<unknown>) => {
  const outcome: { done?: boolean; error?: unknown } = {};
  promise.then(
    () => (outcome.done = true),
    (error: unknown) => (outcome.error = error),
  );
  return outcome;
};
const turns = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

describe('election, as subscribers see it', () => {
  it(
    'campaigns once, however many subscribe to tenure$ and isSelected$',
    virtualTime((time) => {
      const { one, calls } = arrange(time);
      time.record(one.tenure$);
      time.record(one.isSelected$);
      time.record(one.isSelected$);
      time.until(100);
      expect(calls.filter((call) => /grant|acquire/.test(call))).toEqual(['0 grant', '0 acquire']);
    }),
  );

  it(
    'says false synchronously to the first, and the current state to a late subscriber',
    virtualTime((time) => {
      const { one } = arrange(time);
      const first = time.record(one.isSelected$);
      expect(first.told).toEqual([[0, false]]);
      time.until(50);
      const late = time.record(one.isSelected$);
      expect(first.told).toEqual([
        [0, false],
        [0, true],
      ]);
      expect(late.told).toEqual([[50, true]]);
    }),
  );

  it(
    'names us in leader$ before it says true, and stops naming us before it says false',
    virtualTime((time) => {
      const { one, store } = arrange(time);
      const said: string[] = [];
      one.leader$.subscribe((leader) => said.push(`leader ${leader?.id ?? 'nobody'}`));
      one.isSelected$.subscribe((selected) => said.push(String(selected)));
      time.at(100, () => store.delete('jobs'));
      time.until(150);
      expect(said).toEqual(['false', 'leader nobody', 'leader one', 'true', 'leader nobody', 'false']);
    }),
  );

  it(
    'never shows a token that we gave up, nor a leader from before our tenure',
    virtualTime((time) => {
      const { one, other, store } = arrange(time);
      const seen = time.record(one.leader$);
      time.record(one.tenure$);
      time.at(10, () => time.record(other.tenure$));
      time.at(100, () => store.delete('jobs', 'one'));
      time.until(5_000);
      const tokens = seen.told.map(([, leader]) => (typeof leader === 'object' && leader ? leader.token : null));
      expect(tokens.filter((token) => token !== null)).toEqual([...new Set(tokens.filter((token) => token !== null))].sort());
    }),
  );

  it(
    'resigns when the last subscriber leaves: signal first, release after the drain, a new claim queues behind',
    virtualTime((time) => {
      const { one, calls, store } = arrange(time);
      const log: string[] = [];
      const flush = new Subject<void>();
      const work = (tenure: Tenure | null) =>
        tenure === null
          ? NEVER
          : NEVER.pipe(finalize(() => (log.push(`work left, current ${tenure.isCurrent()}`), tenure.waitUntil(flush))));
      const first = one.tenure$
        .pipe(
          tap((tenure) => tenure?.signal.addEventListener('abort', () => log.push('aborted'))),
          switchMap(work),
        )
        .subscribe();
      time.at(100, () => {
        first.unsubscribe();
        log.push('unsubscribed');
      });
      time.at(150, () => time.record(one.isSelected$));
      time.until(300);
      expect(log).toEqual(['aborted', 'work left, current false', 'unsubscribed']);
      expect(store.read('jobs').entries.map(({ id }) => id)).toEqual(['one', 'one']); // the old claim, the new one behind it
      expect(calls.some((call) => call.endsWith('withdraw'))).toBe(false);
      time.at(400, () => flush.complete());
      time.until(450);
      expect(calls).toContain('400 withdraw');
      expect(one.isSelected()).toBe(true);
      expect(store.leases).toHaveLength(1);
    }),
  );

  it(
    'goes after grace, when the work does not end',
    virtualTime((time) => {
      const { one, store } = arrange(time, { grace: 300 });
      const held = one.tenure$.subscribe((tenure) => tenure?.waitUntil(NEVER));
      time.at(100, () => held.unsubscribe());
      time.until(399);
      expect(store.keys).toEqual(['jobs']);
      time.until(401);
      expect(store.keys).toEqual([]);
      expect(store.leases).toEqual([]);
    }),
  );

  it('counts start() as a subscriber; after stop() everybody sees false and stays, until start()', async () => {
    const outcome: { done?: boolean }[] = [];
    virtualTime((time) => {
      const { one, store, calls } = arrange(time);
      one.start();
      one.start();
      const seen = time.record(one.isSelected$);
      time.at(100, () => outcome.push(settled(one.stop())));
      time.at(10_000, () => one.start());
      time.until(9_999);
      expect(seen.told).toEqual([
        [0, false],
        [0, true],
        [100, false],
      ]);
      expect(store.keys).toEqual([]);
      expect(store.leases).toEqual([]);
      expect(calls.filter((call) => call.endsWith('grant'))).toEqual(['0 grant']);
      time.until(10_100);
      expect(seen.told.slice(3)).toEqual([[10_000, true]]);
    })();
    await turns();
    expect(outcome[0]!.done).toBe(true);
  });

  it(
    'campaigns again after stop() when all have left and one subscribes anew',
    virtualTime((time) => {
      const { one } = arrange(time);
      const first = time.record(one.isSelected$);
      time.at(100, () => void one.stop());
      time.at(200, () => first.leave());
      time.until(300);
      const anew = time.record(one.isSelected$);
      time.until(400);
      expect(anew.told).toEqual([
        [300, false],
        [300, true],
      ]);
    }),
  );

  it(
    'steps down: null first, then the release, then the end of the queue',
    virtualTime((time) => {
      const { one, other } = arrange(time);
      const seen = time.record(one.isSelected$);
      time.until(10);
      const others = time.record(other.isSelected$);
      time.until(20);
      void one.stepDown();
      expect(seen.told.at(-1)).toEqual([20, false]);
      time.until(100);
      expect(others.told).toEqual([
        [10, false],
        [20, true],
      ]);
      void other.stepDown();
      time.until(200);
      expect(seen.told.at(-1)).toEqual([100, true]);
    }),
  );

  it('resolves stepDown() and stop() at the release; stepDown() without a tenure does nothing', async () => {
    const outcomes: { done?: boolean }[] = [];
    let idle = {} as { done?: boolean };
    virtualTime((time) => {
      const { one, calls } = arrange(time);
      idle = settled(one.stepDown());
      expect(calls).toEqual([]);
      const work = new Subject<void>();
      time.record(one.tenure$.pipe(tap((tenure) => tenure?.waitUntil(work))));
      time.until(10);
      outcomes.push(settled(one.stepDown()));
      time.until(500);
    })();
    await turns();
    expect(idle.done).toBe(true);
    expect(outcomes[0]!.done).toBeUndefined(); // the work goes on, and so does the tenure's key
  });

  it.each([
    ['stop', 'not yet'],
    ['stop', 'told'],
    ['stepDown', 'not yet'],
    ['stepDown', 'told'],
  ] as const)('resolves %s() when the store has answered the withdrawal: %s', async (end, answer) => {
    let left = {} as { done?: boolean };
    virtualTime((time) => {
      const { one, faults, store } = arrange(time);
      const answered = new Subject<void>();
      time.record(one.tenure$);
      time.until(100);
      faults.next('withdraw', { answer: { hold: answered } });
      faults.next('revoke', { answer: { hold: answered } });
      left = settled(one[end]());
      time.until(200);
      expect(store.read('jobs').entries).toEqual([]); // the key is free; we don't know yet
      if (answer === 'told') answered.next();
      time.until(300);
    })();
    await turns();
    expect(left.done).toBe(answer === 'told' ? true : undefined);
  });

  it(
    'waits longer after each attempt that came to nothing, however long it took',
    virtualTime((time) => {
      const { one, faults, calls } = arrange(time);
      faults.partition();
      time.record(one.isSelected$);
      time.until(14_000);
      const begun = calls.filter((call) => call.endsWith('grant'));
      expect(begun).toEqual(['0 grant', '3100 grant', '6300 grant', '9700 grant', '13500 grant']); // 3 s, then 100, 200, 400, 800 ms
    }),
  );

  it(
    'gives every subscriber a fatal error; the next subscription campaigns anew',
    virtualTime((time) => {
      const { one, faults } = arrange(time);
      const denied = new DeniedError('no permission for "jobs"');
      faults.next('grant', { error: denied });
      const [a, b] = [time.record(one.isSelected$), time.record(one.tenure$)];
      time.until(10);
      expect(a.told).toEqual([
        [0, false],
        [0, 'E', denied],
      ]);
      expect(b.told).toEqual([
        [0, null],
        [0, 'E', denied],
      ]);
      const anew = time.record(one.isSelected$);
      time.until(20);
      expect(anew.told).toEqual([
        [10, false],
        [10, true],
      ]);
    }),
  );

  it(
    'tells a fatal error without subscribers in events$, and start() can be called again',
    virtualTime((time) => {
      const { one, faults } = arrange(time);
      const denied = new DeniedError('no');
      const events = time.record(one.events$.pipe(filter(({ type }) => type === 'error')));
      faults.next('grant', { error: denied });
      one.start();
      time.until(10);
      expect(events.told).toMatchObject([[0, { type: 'error', error: denied, key: 'jobs', id: 'one' }]]);
      one.start();
      time.until(20);
      expect(one.isSelected()).toBe(true);
    }),
  );

  it('changes the value in the store before proclaim resolves: held, waiting and idle', async () => {
    const outcomes: { done?: boolean }[] = [];
    virtualTime((time) => {
      const { one, other, store } = arrange(time);
      outcomes.push(settled(other.proclaim('host-2b')));
      const values = time.record(other.value$);
      time.record(one.tenure$);
      time.until(10);
      time.record(other.tenure$);
      time.until(20);
      expect(store.read('jobs').entries.map(({ value }) => value)).toEqual(['host-1', 'host-2b']);
      const token = store.read('jobs').entries[0]!.create;
      outcomes.push(settled(one.proclaim('a')), settled(one.proclaim('b')), settled(other.proclaim('waiting')));
      time.until(30);
      expect(store.read('jobs').entries.map(({ value, create }) => [value, create])).toMatchObject([
        ['b', token],
        ['waiting', expect.anything()],
      ]);
      expect(one.value).toBe('b');
      void one.stop();
      time.until(40);
      expect(values.told.map(([, value]) => value)).toEqual([null, 'host-1', 'a', 'b', 'waiting']);
    })();
    await turns();
    expect(outcomes.map(({ done }) => done)).toEqual([true, true, true, true]);
  });

  it('shows our own value at once when it is proclaimed', async () => {
    virtualTime((time) => {
      const { one } = arrange(time);
      time.record(one.tenure$);
      const values = time.record(one.value$);
      time.until(10);
      void one.proclaim('new');
      time.until(11);
      expect(values.told).toEqual([
        [0, null],
        [0, 'host-1'],
        [10, 'new'],
      ]);
      expect(one.leader()).toMatchObject({ id: 'one', value: 'new' });
    })();
    await turns();
  });

  it(
    'says false and null when nobody subscribes',
    virtualTime((time) => {
      const { one } = arrange(time);
      expect([one.isSelected(), one.leader()]).toEqual([false, null]);
      const held = time.record(one.tenure$);
      time.until(10);
      expect([one.isSelected(), one.leader()]).toMatchObject([true, { id: 'one' }]);
      held.leave();
      expect([one.isSelected(), one.leader()]).toEqual([false, null]);
    }),
  );

  it(
    'only watches with leader$, value$, connected$ and events$',
    virtualTime((time) => {
      const { one, store } = arrange(time);
      for (const stream of [one.leader$, one.value$, one.connected$, one.events$]) time.record<unknown>(stream);
      time.until(5_000);
      expect(store.leases).toEqual([]);
      expect(one.leader()).toBe(null);
    }),
  );
});

describe('election, when things go wrong', () => {
  it(
    'says false a margin before the store lets the next in, keeps the last other leader, and stands again',
    virtualTime((time) => {
      const { one, other, faults, store } = arrange(time);
      const [seen, leaders, connected] = [time.record(one.isSelected$), time.record(one.leader$), time.record(one.connected$)];
      time.until(10);
      const others = time.record(other.isSelected$);
      time.at(1_000, () => faults.partition()); // the renewal of 1,000 was sent, and is lost
      time.until(1_500);
      faults.heal();
      time.until(1_510);
      expect(seen.told).toHaveLength(2);
      time.at(2_000, () => faults.partition());
      time.until(4_500);
      expect(seen.told.slice(2)).toEqual([[2_700, false]]); // sent at 1,800, and 1,000 - 100 later
      expect(others.told.slice(1)).toEqual([[2_800, true]]);
      expect(leaders.told.at(-1)).toEqual([2_700, null]); // it was us
      expect(connected.told.map(([, value]) => value)).toEqual([false, true, false]);
      faults.heal();
      time.until(10_000);
      expect(leaders.told.at(-1)![1]).toMatchObject({ id: 'other' });
      expect(store.read('jobs').entries.map(({ id }) => id)).toEqual(['other', 'one']);
    }),
  );

  it(
    'checks what it replays: a late subscriber after a pause hears false, whatever the timers say',
    virtualTime((time) => {
      const jump = { by: 0 };
      const clock: Clock = Object.assign(Object.create(time.scheduler) as Clock, { now: () => time.scheduler.now() + jump.by });
      const { one } = arrange(time, { scheduler: clock });
      const seen = time.record(one.isSelected$);
      time.until(50);
      jump.by = 5_000; // the process was stopped: no timer has fired yet
      expect(one.isSelected()).toBe(false);
      expect(one.leader()).toBe(null);
      expect(time.record(one.isSelected$).told).toEqual([[50, false]]);
      expect(time.record(one.tenure$).told).toEqual([[50, null]]);
      expect(time.record(one.leader$).told.map(([, leader]) => leader)).toEqual([null]);
      time.until(900);
      expect(seen.told.filter(([, value]) => value === false).length).toBeGreaterThan(1);
    }),
  );

  it(
    'goes on through a lost lease with one retry event each, and a deselect once',
    virtualTime((time) => {
      const { one, store } = arrange(time);
      const events = time.record(one.events$);
      time.record(one.isSelected$);
      time.at(1_050, () => store.leases.forEach((lease) => store.revoke(lease)));
      time.until(3_000);
      const types = events.told.map(([, event]) => (typeof event === 'object' ? event.type : event));
      expect(types.filter((type) => type === 'deselect')).toHaveLength(1);
      expect(types.filter((type) => type === 'select')).toHaveLength(2);
      expect(types.filter((type) => type === 'retry')).toHaveLength(1);
      expect(types.indexOf('change')).toBeLessThan(types.indexOf('select'));
      expect(types.filter((type) => type === 'refresh').length).toBeGreaterThan(8);
    }),
  );

  it(
    'pings at least every ttl / 2 while somebody leads, own or other',
    virtualTime((time) => {
      const { one, other } = arrange(time);
      time.record(one.isSelected$);
      const pings = time.record(other.events$.pipe(filter(({ type }) => type === 'ping')));
      time.until(10_000);
      const times = pings.told.map(([at]) => at);
      expect(Math.max(...times.map((at, n) => at - (times[n - 1] ?? 0)))).toBeLessThanOrEqual(500);
    }),
  );

  it(
    'backs off when its key is deleted again and again',
    virtualTime((time) => {
      const { one, store, calls } = arrange(time);
      one.isSelected$.subscribe((selected) => selected && time.at(time.scheduler.now() + 1, () => store.delete('jobs')));
      time.until(20_000);
      expect(calls.filter((call) => call.endsWith('grant')).length).toBeLessThan(12);
    }),
  );

  it(
    'resets the backoff after a tenure that outlived a renewal',
    virtualTime((time) => {
      const { one, store, calls } = arrange(time);
      one.isSelected$.subscribe((selected) => selected && time.at(time.scheduler.now() + 1_001, () => store.delete('jobs')));
      time.until(20_000);
      expect(calls.filter((call) => call.endsWith('grant')).length).toBeGreaterThan(15);
    }),
  );

  it(
    'keeps two elections on one shared lease apart; releasing one leaves the other',
    virtualTime((time) => {
      const { backend, store, common } = arrange(time);
      const { ttl, ...rest } = common;
      const lease$ = openLease(backend, { ttl, scheduler: time.scheduler }).pipe(
        refreshLease(backend, { scheduler: time.scheduler }),
        shareLatest(),
      );
      const [a, b] = ['a', 'b'].map((id) => election(backend, { ...rest, id, lease$ }));
      const seenA = time.record(a!.isSelected$);
      time.until(5);
      const seenB = time.record(b!.isSelected$);
      time.until(1_000);
      expect([seenA.told.at(-1), seenB.told.at(-1)]).toEqual([
        [0, true],
        [5, false],
      ]);
      expect(store.leases).toHaveLength(1);
      seenA.leave();
      time.until(1_100);
      expect(seenB.told.at(-1)).toEqual([1_000, true]);
      expect(store.leases).toHaveLength(1);
      seenB.leave();
      time.until(1_200);
      expect([store.leases, store.keys]).toEqual([[], []]);
    }),
  );

  it('leaves nothing, wherever it is unsubscribed', () => {
    for (let after = 0; after < 60; after += 1) {
      virtualTime((time) => {
        const backend = memoryBackend({ scheduler: time.scheduler, latency: 7 });
        const blocker = election(backend, { key: 'jobs', scheduler: time.scheduler });
        const holding = after % 2 === 0 ? time.record(blocker.tenure$) : undefined;
        time.until(100);
        const seen = time.record(election(backend, { key: 'jobs', scheduler: time.scheduler }).isSelected$);
        time.until(100 + after);
        seen.leave();
        time.until(200);
        holding?.leave();
        time.until(400);
        expect([after, backend.store.keys, backend.store.leases]).toEqual([after, [], []]);
      })();
    }
  });

  it('tears the work down before any release, plainly and through share, with and without waitUntil', () => {
    for (const shared of [true, false]) {
      for (const registered of [true, false]) {
        for (const end of ['unsubscribe', 'stop', 'loss'] as const) {
          virtualTime((time) => {
            const { one, backend, store } = arrange(time);
            const log: string[] = [];
            backend.calls$.subscribe(({ verb }) => (verb === 'withdraw' || verb === 'revoke') && log.push(verb));
            const done = new Subject<void>();
            const work = (tenure: Tenure | null) =>
              tenure ? NEVER.pipe(finalize(() => (log.push('work left'), registered && tenure.waitUntil(done)))) : NEVER;
            const run$ = one.tenure$.pipe(switchMap(work));
            const running = (shared ? run$.pipe(share()) : run$).subscribe();
            time.until(10);
            if (end === 'unsubscribe') running.unsubscribe();
            if (end === 'stop') void one.stop();
            if (end === 'loss') store.revoke(store.leases[0]!);
            time.until(20);
            if (registered && end !== 'loss') expect(log).toEqual(['work left']);
            done.complete();
            time.until(30);
            expect(log[0]).toBe('work left');
            expect(log.length).toBeGreaterThan(1);
          })();
        }
      }
    }
  });
});

describe('election, on a closed backend', () => {
  it(
    'goes silent where it only watches',
    virtualTime((time) => {
      const { one, backend } = arrange(time);
      const seen = [time.record(one.leader$), time.record(one.value$)];
      const connected = time.record(one.connected$);
      time.at(100, () => void backend.close());
      time.until(10_000);
      expect(seen.map(({ told }) => told)).toEqual([[[0, null]], [[0, null]]]);
      expect(connected.told.at(-1)).toEqual([1_000, false]);
    }),
  );

  it(
    'ends with what no retry mends, and leaves no timer',
    virtualTime((time) => {
      const { one, backend, calls } = arrange(time);
      const seen = time.record(one.isSelected$);
      const events = time.record(one.events$.pipe(filter(({ type }) => type === 'error')));
      time.at(100, () => void backend.close());
      time.until(10_000);
      expect(seen.told.slice(2)).toEqual([
        [100, false],
        [100, 'E', expect.objectContaining({ code: 'INVALID_OPTIONS' })],
      ]);
      expect(events.told.length).toBeGreaterThan(0);
      expect(calls.filter((call) => call.endsWith('grant'))).toEqual(['0 grant']);
    }),
  );
});

describe('election, told again and again', () => {
  it(
    'ends, and can be started anew, in the very callback that hears of the end',
    virtualTime((time) => {
      const { one, faults } = arrange(time);
      faults.next('grant', { error: new DeniedError('no') });
      one.isSelected$.subscribe({ error: () => one.start() });
      one.start();
      time.until(100);
      expect(one.isSelected()).toBe(true);
    }),
  );

  it(
    'has resigned by the time that the work of a tenure tells its failure',
    virtualTime((time) => {
      const { one } = arrange(time);
      const heard: boolean[] = [];
      const hear = () => void heard.push(one.isSelected());
      switchWhileSelected(one, () => throwError(() => new Error('work'))).subscribe({ error: hear });
      time.until(10);
      of('done').pipe(whileSelected(one)).subscribe({ complete: hear });
      time.until(20);
      throwError(() => new Error('source'))
        .pipe(whileSelected(one))
        .subscribe({ error: hear });
      time.until(30);
      expect(heard).toEqual([false, false, false]);
    }),
  );

  it(
    'stops what waitUntil was given when nothing is waited for any more',
    virtualTime((time) => {
      const { one } = arrange(time, { grace: 300 });
      const ticks: number[] = [];
      const held = one.tenure$.subscribe((tenure) => tenure?.waitUntil(interval(100, time.scheduler).pipe(tap((n) => ticks.push(n)))));
      time.at(50, () => held.unsubscribe());
      time.until(2_000);
      expect(ticks).toEqual([0, 1, 2]);
    }),
  );

  it('resolves stop() when the ttl has run out, though an answer hangs and the wall has jumped', async () => {
    const resolved: number[] = [];
    virtualTime((time) => {
      const jump = { by: 0 };
      const wall = () => time.scheduler.now() + jump.by;
      const { one, faults } = arrange(time, { scheduler: Object.assign(Object.create(time.scheduler) as Clock, { wall }) });
      time.record(one.isSelected$);
      time.until(100);
      faults.partition();
      jump.by = 3_600_000;
      const done = one.stop().then(() => resolved.push(0));
      void done;
      time.until(1_900);
    })();
    await turns();
    expect(resolved).toEqual([0]);
  });

  it(
    'does not select on a claim that was lost while its lease was not fresh',
    virtualTime((time) => {
      const { one, other, faults, store } = arrange(time, { refreshEvery: 50 });
      const others = time.record(other.tenure$);
      time.until(10);
      const seen = time.record(one.isSelected$);
      time.until(1_001);
      for (let beat = 0; beat < 16; beat++) faults.next('renew', { cut: 'before' }); // 1,010 to 1,760: fresh no more, until 1,810
      time.until(1_770);
      others.leave();
      time.until(1_780);
      store.delete('jobs');
      store.put('jobs', 'foreign');
      time.until(4_000);
      expect(seen.told.filter(([, value]) => value === true)).toEqual([]);
    }),
  );
});

describe('election, asked late', () => {
  it(
    'does not name us while the key that we gave up is still there',
    virtualTime((time) => {
      const { one, store } = arrange(time);
      const selected = time.record(one.tenure$.pipe(tap((tenure) => tenure?.waitUntil(NEVER))));
      time.until(100);
      selected.leave();
      const late = time.record(one.leader$);
      time.until(300);
      expect(store.keys).toEqual(['jobs']); // until the work has ended
      expect(late.told).toEqual([[100, null]]);
    }),
  );
});

describe('election, when it is built', () => {
  const backend: Backend = { ...memoryBackend(), limits: { key: 20, value: 10 } };
  const refused = (options: object) => {
    try {
      election(backend, { key: 'jobs', ...options });
    } catch (error) {
      return isTenureError(error) ? [error.code, error.message] : error;
    }
    return 'accepted';
  };
  it.each([
    [{ ttl: 999 }, /ttl must be from 1000 to 86400000 ms, but is 999/],
    [{ ttl: Number.NaN }, /ttl must be .* but is NaN/],
    [{ margin: 99 }, /margin must be from 100 to 5000 ms, but is 99/],
    [{ refreshEvery: 4_500 }, /refreshEvery must be above 0 and below \(ttl - margin\) \/ 2 = 4500 ms, but is 4500/],
    [{ grace: -1 }, /grace must be from 0/],
    [{ key: '' }, /key must be from 1 to 20 bytes, but has 0/],
    [{ key: 'x'.repeat(21) }, /key must be from 1 to 20 bytes, but has 21/],
    [{ key: undefined }, /key must be a string, but is undefined/],
    [{ value: 'x'.repeat(11) }, /value must be at most 10 bytes/],
    [{ refresh: 5 }, /election has no option "refresh"/],
    [{ backoff: { first: 5 } }, /backoff has no option "first"/],
    [{ lease$: NEVER, ttl: 5_000 }, /ttl belongs to the shared lease/],
  ])('refuses %o', (options, message) => {
    const [code, text] = refused(options) as [string, string];
    expect(code).toBe('INVALID_OPTIONS');
    expect(text).toMatch(message);
  });
  it('accepts the defaults', () => expect(refused({})).toBe('accepted'));
});
