import { describe, expect, it } from 'vitest';
import { conflictOf, isUnclear, translated } from '../../../src/backends/consul/translate.js';

const lease = { id: 'a', ttl: 10_000 };
const response = (statusCode: number, body: unknown) => Object.assign(new Error('answered'), { response: { statusCode, body } });
const refused = (...what: string[]) => response(409, { Errors: what.map((What, OpIndex) => ({ OpIndex, What })) });

describe('what Consul says', () => {
  it.each([
    [500, 'No cluster leader', 'BACKEND_UNAVAILABLE', false],
    [500, 'rpc error making call: EOF', 'BACKEND_UNAVAILABLE', true],
    [500, 'rpc error making call: node is not the leader', 'BACKEND_UNAVAILABLE', true],
    [500, 'failed to get conn: dial tcp', 'BACKEND_UNAVAILABLE', false],
    [503, 'busy', 'BACKEND_UNAVAILABLE', true],
    [429, 'slow down', 'BACKEND_UNAVAILABLE', false],
    [500, 'invalid session "a"', 'LEASE_LOST', false],
    [404, "Session id 'a' not found", 'LEASE_LOST', false],
    [500, 'CheckID "x" does not have associated TTL', 'LEASE_LOST', true],
    [500, "Invalid Session TTL '1', must be between [10s=24h0m0s]", 'INVALID_OPTIONS', false],
    [500, "Missing check 'x' registration", 'BACKEND_UNAVAILABLE', false],
    [500, "Check 'x' is in critical state", 'BACKEND_UNAVAILABLE', false],
    [400, 'Conflicting flags', 'INVALID_OPTIONS', false],
    [413, 'Request body too large', 'INVALID_OPTIONS', false],
    [403, 'Permission denied', 'DENIED', false],
    [403, 'ACL not found', 'DENIED', false],
    [500, 'rpc error making call: ACL not found', 'DENIED', true],
  ] as const)('%i %s: %s', (status, body, code, unclear) => {
    expect(translated(response(status, body), lease).code).toBe(code);
    expect(isUnclear(response(status, body))).toBe(unclear);
  });

  it('tells a transaction that lost its race from one that is denied, or whose session is gone', () => {
    expect(conflictOf(refused('key "k" exists'))).toEqual({ held: false, lockDelay: false });
    expect(conflictOf(refused('key "k" exists', 'failed to lock key "k", lock is already held'))).toEqual({
      held: true,
      lockDelay: false,
    });
    expect(conflictOf(refused('failed to lock key "k" due to lock delay'))).toEqual({ held: false, lockDelay: true });
    for (const [what, code] of [
      ['Permission denied', 'DENIED'],
      ['invalid session "a"', 'LEASE_LOST'],
    ] as const) {
      // prettier-ignore
      expect(conflictOf(refused('key "k" exists', what))).toBe(undefined);
      expect(translated(refused('key "k" exists', what), lease).code).toBe(code);
    }
  });

  it.each([
    ['ECONNREFUSED', false],
    ['ENOTFOUND', false],
    ['ECONNRESET', true],
    [undefined, true], // a timeout
  ])('%s: unclear %s', (code, unclear) => {
    const error = Object.assign(new Error('network'), { code });
    expect(isUnclear(error)).toBe(unclear);
    expect(translated(error, lease)).toMatchObject({ code: 'BACKEND_UNAVAILABLE', cause: error });
  });
});
