import {
  BackendUnavailableError,
  DeniedError,
  InvalidOptionsError,
  LeaseLostError,
  type TenureError,
  isTenureError,
} from '../../core/errors.js';
import type { LeaseRef } from '../../core/types.js';

interface Answer {
  readonly statusCode?: number;
  readonly body?: unknown;
}

/** Consul says 500 to much that is nobody's fault: only the body tells which. */
const DENIED = /permission denied|acl not found/i;
const LEASE_GONE = /invalid session|session id .* not found|does not have associated ttl|failed session lookup/i;
const BAD = /invalid session ttl|invalid lock-?delay|conflicting flags/i;
/** Said before anything was written. */
const UNTOUCHED = /no cluster leader|failed to get conn|missing check|in critical state|invalid session|rate limit/i;
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

const answerOf = (error: unknown): Answer => (error as { response?: Answer }).response ?? {};

function textOf({ body }: Answer): string {
  const errors = (body as { Errors?: { What: string }[] } | undefined)?.Errors;
  if (errors) return errors.map(({ What }) => What).join('; ');
  return Buffer.isBuffer(body) || typeof body === 'string' ? body.toString() : '';
}

/** Another claim, another writer: the guard of a transaction did not hold. Undefined where something else went wrong. */
export function conflictOf(error: unknown): { readonly lockDelay: boolean; readonly held: boolean } | undefined {
  const answer = answerOf(error);
  const text = textOf(answer);
  if (answer.statusCode !== 409 || DENIED.test(text) || LEASE_GONE.test(text)) return undefined;
  return { lockDelay: /lock delay/i.test(text), held: /already held/i.test(text) };
}

/** Whether the store may have done what was asked, now or later. */
export function isUnclear(error: unknown): boolean {
  const { statusCode } = answerOf(error);
  if (statusCode === undefined) return !NEVER_SENT.has((error as NodeJS.ErrnoException).code ?? '');
  return statusCode >= 500 && !UNTOUCHED.test(textOf(answerOf(error)));
}

/** What the store said, in our words. A conflict that nobody handled is a store that changes under our hands: try again. */
export function translated(error: unknown, lease?: LeaseRef): TenureError {
  if (isTenureError(error)) return error;
  const answer = answerOf(error);
  const [status, text, cause] = [answer.statusCode ?? 0, textOf(answer), { cause: error }];
  if (status === 403 || DENIED.test(text)) return new DeniedError(`Consul refuses: ${text || 'permission denied'}.`, cause);
  if (BAD.test(text) || status === 400 || status === 413)
    return new InvalidOptionsError(`Consul can't do this: ${text || status}.`, cause);
  if (lease && LEASE_GONE.test(text)) return new LeaseLostError(lease, 'revoked', cause);
  return new BackendUnavailableError(`Consul can't be asked: ${text || (error as Error).message}.`, cause);
}
