import { mutant } from './mutant.js';

export default mutant({
  bug: 'etcd: after an unclear put "absent" is final: what comes late stays',
  thread: 'etcd3 lock.ts:73, etcd #21128',
  killedBy: 'test/backends/etcd/withdraw.spec.ts',
  edits: [{ file: 'src/backends/etcd/withdraw.ts', find: '(attempt.clearAt > 0 ?', put: '(attempt.clearAt < 0 ?' }],
});
