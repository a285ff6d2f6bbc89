import { mutant } from './mutant.js';

export default mutant({
  bug: 'A lease whose grant is answered after we left is never revoked',
  thread: 'etcd3 lock.ts:73',
  killedBy: 'test/operators/openLease.spec.ts',
  edits: [
    { file: 'src/operators/openLease.ts', find: 'finalize(() => leave(revoked$))', put: 'finalize(() => (leave(), void revoked$))' },
  ],
});
