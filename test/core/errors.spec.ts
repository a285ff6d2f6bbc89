import { describe, expect, it } from 'vitest';
import {
  AcquireTimeoutError,
  BackendUnavailableError,
  ClaimLostError,
  DeniedError,
  HeldError,
  InvalidOptionsError,
  LeaseLostError,
  TenureError,
  UnsupportedError,
  isTenureError,
} from '../../src/core/errors.js';
import { Lease } from '../../src/core/lease.js';
import { monotonic } from '../../src/core/clock.js';

const cause = new Error('connection refused');
const claim = { key: 'jobs' };
const all: [name: string, code: string, retryable: boolean, error: TenureError, message: string][] = [
  ['LeaseLostError', 'LEASE_LOST', true, new LeaseLostError({ id: 'a', ttl: 9 }, 'expired', { cause }), 'Lease a expired (ttl 9 ms).'],
  ['ClaimLostError', 'CLAIM_LOST', true, new ClaimLostError(claim, 'deleted', { cause }), 'The claim on "jobs" is lost: deleted.'],
  ['HeldError', 'HELD', true, new HeldError(claim, { cause }), '"jobs" is held, or waited for, by somebody else.'],
  [
    'AcquireTimeoutError',
    'ACQUIRE_TIMEOUT',
    true,
    new AcquireTimeoutError(claim, 50, { cause }),
    '"jobs" was not acquired within 50 ms.',
  ],
  ['BackendUnavailableError', 'BACKEND_UNAVAILABLE', true, new BackendUnavailableError('down', { cause }), 'down'],
  ['DeniedError', 'DENIED', false, new DeniedError('denied', { cause }), 'denied'],
  ['InvalidOptionsError', 'INVALID_OPTIONS', false, new InvalidOptionsError('invalid', { cause }), 'invalid'],
  ['UnsupportedError', 'UNSUPPORTED', false, new UnsupportedError('unsupported', { cause }), 'unsupported'],
];

describe.each(all)('%s', (name, code, retryable, error, message) => {
  it('says what to switch on and what to decide on', () => {
    expect({ name: error.name, code: error.code, retryable: error.retryable }).toEqual({ name, code, retryable });
  });
  it('says what happened, and what from', () => {
    expect([error.message, error.cause]).toEqual([message, cause]);
  });
  it('is an Error, a TenureError, and one of ours', () => {
    expect([error instanceof Error, error instanceof TenureError, isTenureError(error)]).toEqual([true, true, true]);
  });
});

describe('errors', () => {
  it('are known across copies of this library, which instanceof is not', () => {
    expect(isTenureError({ [Symbol.for('rx-tenure/error')]: true })).toBe(true);
  });
  it.each([undefined, null, 'LEASE_LOST', 42, {}, new Error('LEASE_LOST'), { code: 'LEASE_LOST', retryable: true }])(
    'of somebody else are not ours: %s',
    (error) => expect(isTenureError(error)).toBe(false),
  );
  it('carry evidence as plain data, not the live lease', () => {
    const lease = new Lease({ id: 'a', ttl: 9 }, { margin: 2, scheduler: monotonic });
    expect(new LeaseLostError(lease, 'expired').lease).toStrictEqual({ id: 'a', ttl: 9 });
  });
  it('quote a key so that its ends can be seen', () => {
    expect(new HeldError({ key: 'a "b" ' }).message).toContain(String.raw`"a \"b\" "`);
  });
});
