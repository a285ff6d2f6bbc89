import { closing } from './conformance/closing.js';
import { exclusion } from './conformance/exclusion.js';
import { kinds } from './conformance/kinds.js';
import { leases } from './conformance/leases.js';
import type { Connect } from './conformance/stage.js';
import { tenures } from './conformance/tenures.js';
import { watching } from './conformance/watching.js';
import { withdrawal } from './conformance/withdrawal.js';
import type { Runner } from './runner.js';

/**
 * What every backend promises. Each backend's spec calls this with its runner's functions; a new backend starts here.
 *
 *     behavesLikeABackend('etcd', () => etcdBackend({ hosts }), { describe, it, expect });
 *
 * Keys are unique, so that the store may be in use; nothing waits for time to pass, and what is promised must come within 4 s.
 *
 * @param name What the report calls it.
 * @param connect A new client of the same store at each call; the suite closes every one.
 * @param runner The test runner's own functions: no runner is imported here.
 */
export function behavesLikeABackend(name: string, connect: Connect, runner: Runner): void {
  runner.describe(`${name} behaves like a backend`, () => {
    for (const promises of [exclusion, withdrawal, leases, tenures, watching, kinds, closing]) promises(connect, runner);
  });
}
