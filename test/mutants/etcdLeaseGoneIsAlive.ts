import { mutant } from './mutant.js';

export default mutant({
  bug: 'etcd: a renewal that is answered with a ttl of 0 counts as one',
  thread: 'etcd3 lease.ts; etcd: keep-alive of an unknown lease is no error',
  killedBy: 'test/backends/etcd/keepAlive.spec.ts',
  edits: [{ file: 'src/backends/etcd/keepAlive.ts', find: 'Number(TTL) > 0', put: 'Number(TTL) >= 0' }],
});
