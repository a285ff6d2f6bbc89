import type { ConsulConfig } from './consul-locker/connection.js';
import { ConsulLocker, type LockerEvents, type LockerOptions } from './consul-locker/locker.js';

/**
 * consul-locker with sessions that are renewed, and locks that are only said to be held while they are.
 *
 * ```js
 * const factory = require('rx-tenure/compat/consul-locker')({ host: 'otherhost.com' });
 * const locker = factory.create({ name: 'resourceWriter' });
 * locker.lock(123).then(write, abort);
 * ```
 *
 * Keys and values are those of consul-locker: old and new processes exclude each other.
 *
 * @param config Where the agent is; handed to npm `consul`.
 * @returns `create(options)`, which begins a session at once.
 */
function consulLocker(config: consulLocker.ConsulConfig = {}): { create(options: LockerOptions): ConsulLocker } {
  return { create: (options) => new ConsulLocker(config, options ?? {}) };
}

// eslint-disable-next-line @typescript-eslint/no-namespace -- the types beside a function that is the whole module
declare namespace consulLocker {
  export { type ConsulConfig, type ConsulLocker, type LockerEvents, type LockerOptions };
}

export default consulLocker;
