import { NEVER, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/core/clock.js';
import { ClaimLostError } from '../../src/core/errors.js';
import { Lease } from '../../src/core/lease.js';
import { type Attempt, Tenure } from '../../src/core/tenure.js';

const arrange = (attempt: Partial<Attempt> = {}) => {
  const time = { now: 0 };
  const scheduler: Clock = { now: () => time.now, schedule: () => expect.unreachable() };
  const lease = new Lease({ id: 'a', ttl: 9_000 }, { margin: 2_000, scheduler });
  const tenure = new Tenure({ key: 'jobs', id: 'one', nonce: 'n', value: 'host-1', token: 2n ** 60n }, lease, attempt);
  return { time, lease, tenure };
};

describe('tenure', () => {
  it('lasts as long as its lease', () => {
    const { tenure, time } = arrange();
    expect([tenure.isCurrent(), tenure.remaining()]).toEqual([true, 7_000]);
    time.now = 7_000;
    expect([tenure.isCurrent(), tenure.remaining()]).toEqual([false, 0]);
  });

  it('ends before its lease when it is told to', () => {
    const { tenure, lease } = arrange();
    tenure.end();
    expect([tenure.isCurrent(), tenure.remaining(), lease.isCurrent()]).toEqual([false, 0, true]);
  });

  it('aborts its signal when it ends, with the reason, and is not current by then', () => {
    const { tenure } = arrange();
    const lost = new ClaimLostError({ key: 'jobs' }, 'deleted');
    const heard: unknown[] = [];
    tenure.signal.addEventListener('abort', () => heard.push(tenure.isCurrent(), tenure.signal.reason));
    tenure.end(lost);
    tenure.end(new Error('the first call counts'));
    expect(heard).toEqual([false, lost]);
  });

  it('hands an aborted signal to whoever asks too late', () => {
    const { tenure, time } = arrange();
    const lost = new ClaimLostError({ key: 'jobs' }, 'deleted');
    tenure.end(lost);
    tenure.end(new Error('the first call counts'));
    expect([tenure.signal.aborted, tenure.signal.reason]).toEqual([true, lost]);

    const expired = arrange();
    expired.time.now = 7_000;
    expect(expired.tenure.signal.aborted).toBe(true);
    expect(time.now).toBe(0);
  });

  it('keeps one signal', () => {
    const { tenure } = arrange();
    expect(tenure.signal).toBe(tenure.signal);
    expect(tenure.signal.aborted).toBe(false);
  });

  it('has settled when everything given to waitUntil has ended, however it ended', () => {
    const { tenure } = arrange();
    const [one, two] = [new Subject(), new Subject()];
    tenure.waitUntil(one);
    tenure.waitUntil(two);
    const heard: string[] = [];
    tenure.settled.subscribe({ complete: () => heard.push('settled') });
    one.error(new Error('failed'));
    expect(heard).toEqual([]);
    two.complete();
    expect(heard).toEqual(['settled']);
  });

  it('refuses at once what nobody could wait for', () => {
    const { tenure } = arrange();
    expect(() => tenure.waitUntil(42 as never)).toThrow(TypeError);
    const heard: string[] = [];
    tenure.settled.subscribe({ complete: () => heard.push('settled') });
    expect(heard).toEqual(['settled']);
  });

  it('says nothing of its release while the claim is in the store', () => {
    const { tenure } = arrange({ released: NEVER });
    const heard: unknown[] = [];
    tenure.released.subscribe({ complete: () => heard.push('released') });
    expect(heard).toEqual([]);
  });

  it('announces what was proclaimed last', () => {
    const attempt: Partial<Attempt> = {};
    const { tenure } = arrange(attempt);
    expect(tenure.value).toBe('host-1');
    attempt.announced = 'host-2';
    expect(tenure.value).toBe('host-2');
  });

  it('is plain data in JSON, its token a string that loses no digit', () => {
    const { tenure } = arrange();
    expect(JSON.parse(JSON.stringify(tenure))).toEqual({ key: 'jobs', id: 'one', value: 'host-1', token: '1152921504606846976' });
  });

  it('is exclusive unless it says otherwise', () => {
    expect(arrange().tenure.kind).toBe('exclusive');
  });
});
