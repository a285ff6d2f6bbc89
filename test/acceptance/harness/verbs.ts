import { type Observable, defer } from 'rxjs';
import type { Backend } from '../../../src/index.js';

export type Verb = 'grant' | 'renew' | 'revoke' | 'acquire' | 'withdraw' | 'monitor' | 'update' | 'watch';
const VERBS: readonly Verb[] = ['grant', 'renew', 'revoke', 'acquire', 'withdraw', 'monitor', 'update', 'watch'];

/** The same backend, each verb passed through `around` whenever it is subscribed. */
export function wrapped(
  backend: Backend,
  around: (verb: Verb, call$: Observable<unknown>, args: readonly unknown[]) => Observable<unknown>,
): Backend {
  const verbs = VERBS.map((verb) => {
    const call = backend[verb].bind(backend) as (...args: unknown[]) => Observable<unknown>;
    return [verb, (...args: unknown[]) => defer(() => around(verb, call(...args), args))];
  });
  const { minTtl, kinds, limits } = backend;
  return { minTtl, kinds, ...(limits && { limits }), ...Object.fromEntries(verbs), close: () => backend.close() } as Backend;
}
