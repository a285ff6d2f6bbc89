import { mutant } from './mutant.js';

export default mutant({
  bug: 'etcd: a lease whose grant was answered to nobody, or whose answer was lost, is left to run out',
  thread: 'etcd3 lock.ts:73',
  killedBy: 'test/backends/etcd/unclear.spec.ts',
  edits: [
    { file: 'src/backends/etcd/leases.ts', find: 'if (!outcome$.observed) undo(lease);', put: 'if (outcome$.closed) undo(lease);' },
    { file: 'src/backends/etcd/leases.ts', find: 'undo(asked);', put: 'if (outcome$.closed) undo(asked);' },
  ],
});
