import type { LeaseRef } from './types.js';

/** Shared by the ESM and the CJS copy of this module, which no `instanceof` would survive. */
const BRAND = Symbol.for('rx-tenure/error');

export type TenureErrorCode =
  'LEASE_LOST' | 'CLAIM_LOST' | 'HELD' | 'ACQUIRE_TIMEOUT' | 'BACKEND_UNAVAILABLE' | 'DENIED' | 'INVALID_OPTIONS' | 'UNSUPPORTED';

/** Every failure this library raises. Read `code` and `retryable`: they are the contract, the class is not. */
export abstract class TenureError extends Error {
  abstract readonly code: TenureErrorCode;
  /** Whether standing again, with a new lease, can succeed. */
  abstract readonly retryable: boolean;
  readonly [BRAND] = true;
}

/** Whether `error` comes from this library, from whichever copy of it. */
export const isTenureError = (error: unknown): error is TenureError => typeof error === 'object' && error !== null && BRAND in error;

/**
 * The lease can no longer be trusted: the store forgot it, or no renewal was confirmed in time.
 * Nobody else can hold the key for another `margin` ms. Stop work first, then stand again.
 */
export class LeaseLostError extends TenureError {
  override readonly name = 'LeaseLostError';
  readonly code = 'LEASE_LOST';
  readonly retryable = true;
  /** Evidence is plain data: an error must not keep a live object alive. */
  readonly lease: LeaseRef;

  /**
   * @param lease The lease that was lost: `id`, and the granted `ttl` in milliseconds.
   * @param reason `expired`: our deadline passed, whatever the store thinks. `revoked`: the store said so, and the
   * margin is gone with it: another node may already hold the key.
   * @param options `cause` holds the last renewal failure, if there was one.
   */
  constructor(
    { id, ttl }: LeaseRef,
    readonly reason: 'expired' | 'revoked',
    options?: ErrorOptions,
  ) {
    super(`Lease ${id} ${reason} (ttl ${ttl} ms).`, options);
    this.lease = { id, ttl };
  }
}

/**
 * The lease lives, but the claim on the key is gone. Another node may already hold the key: stop work at once.
 */
export class ClaimLostError extends TenureError {
  override readonly name = 'ClaimLostError';
  readonly code = 'CLAIM_LOST';
  readonly retryable = true;
  readonly key: string;

  /**
   * @param claim The claim that was lost.
   * @param reason `deleted` or `overwritten` by somebody else, `taken`: another claim holds the key, `released`: by
   * `release(id)` in this process.
   */
  constructor(
    { key }: { key: string },
    readonly reason: 'deleted' | 'overwritten' | 'taken' | 'released',
    options?: ErrorOptions,
  ) {
    super(`The claim on ${JSON.stringify(key)} is lost: ${reason}.`, options);
    this.key = key;
  }
}

/** Somebody else holds the key, or waits for it. Try later, or wait in line with `lock`. */
export class HeldError extends TenureError {
  override readonly name = 'HeldError';
  readonly code = 'HELD';
  readonly retryable = true;
  readonly key: string;
  constructor({ key }: { key: string }, options?: ErrorOptions) {
    super(`${JSON.stringify(key)} is held, or waited for, by somebody else.`, options);
    this.key = key;
  }
}

/** The turn did not come within `timeout`. Nothing is left in the queue. */
export class AcquireTimeoutError extends TenureError {
  override readonly name = 'AcquireTimeoutError';
  readonly code = 'ACQUIRE_TIMEOUT';
  readonly retryable = true;
  readonly key: string;
  constructor(
    { key }: { key: string },
    readonly timeout: number,
    options?: ErrorOptions,
  ) {
    super(`${JSON.stringify(key)} was not acquired within ${timeout} ms.`, options);
    this.key = key;
  }
}

/** The store could not be asked, or did not answer: the outcome is unknown. `cause` holds the client's own error. */
export class BackendUnavailableError extends TenureError {
  override readonly name = 'BackendUnavailableError';
  readonly code = 'BACKEND_UNAVAILABLE';
  readonly retryable = true;
}

/** The store refuses: wrong credentials, or no permission for the key. A retry can't mend it: mend the role or policy. */
export class DeniedError extends TenureError {
  override readonly name = 'DeniedError';
  readonly code = 'DENIED';
  readonly retryable = false;
}

/** A setting that can't work, or could elect two leaders. The message names the option, its bounds and its value. */
export class InvalidOptionsError extends TenureError {
  override readonly name = 'InvalidOptionsError';
  readonly code = 'INVALID_OPTIONS';
  readonly retryable = false;
}

/** This backend can't do what was asked for. */
export class UnsupportedError extends TenureError {
  override readonly name = 'UnsupportedError';
  readonly code = 'UNSUPPORTED';
  readonly retryable = false;
}
