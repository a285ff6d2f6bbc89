import { mutant } from './mutant.js';

export default mutant({
  bug: 'A lease that is left is not revoked: it runs out',
  thread: 'etcd3 lock.ts:73',
  killedBy: 'test/operators/openLease.spec.ts',
  edits: [
    { file: 'src/operators/openLease.ts', find: 'lease.giveUp(defer(() => backend.revoke(lease)))', put: 'lease.giveUp(NEVER)' },
  ],
});
