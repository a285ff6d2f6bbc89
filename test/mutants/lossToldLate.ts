import { mutant } from './mutant.js';

export default mutant({
  bug: 'A loss is told two margins after the deadline, when the store has let others in',
  thread: 'Go clientv3 lease.go:569, etcd3 #57',
  killedBy: 'test/operators/refreshLease.spec.ts',
  edits: [
    {
      file: 'src/operators/refreshLease.ts',
      find: 'defer(() => timer(lease.remaining(), scheduler))',
      put: 'defer(() => timer(lease.remaining() + 2 * lease.margin, scheduler))',
    },
    {
      file: 'src/operators/refreshLease.ts',
      find: 'mergeMap(() => (lease.isCurrent() ? renewal(lease) : expired(lease)))',
      put: 'mergeMap(() => (lease.isCurrent() ? renewal(lease) : EMPTY))',
    },
  ],
});
