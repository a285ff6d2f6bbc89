import type { Hosts } from './locked/hosts.js';
import { LockedNode, type LockedEvents, type LockedOptions } from './locked/node.js';

/** Makes nodes that compete for a path. */
interface Locker {
  (options: LockedOptions): LockedNode;
  (path: string, options: Omit<LockedOptions, 'path'>): LockedNode;
}

/**
 * npm `locked` over etcd 3: the same functions, options and events, and a leader who knows when it has lost.
 *
 * ```js
 * const locked = require('rx-tenure/compat/locked');
 * const node = locked('127.0.0.1:2379')({ path: '/master', value: 10, ttl: 10 });
 * node.on('select', () => console.log('this server is the master'));
 * node.start();
 * ```
 *
 * It lives in etcd's v3 store, `locked` in v2: the two do **not** exclude each other.
 *
 * @param hosts `host:port`, several with commas or as a list, a client of npm `etcd3`, or one of etcdjs.
 * @returns A function that makes nodes. It throws at once without a path or a value; everything else is told as `error`.
 */
function locked(hosts: locked.Hosts = '127.0.0.1:4001'): Locker {
  return (first: string | LockedOptions, options: object = {}) =>
    new LockedNode(hosts, typeof first === 'string' ? { ...options, path: first } : first);
}

// eslint-disable-next-line @typescript-eslint/no-namespace -- the types beside a function that is the whole module
declare namespace locked {
  export { type Hosts, type LockedEvents, type LockedNode, type LockedOptions, type Locker };
}

export default locked;
