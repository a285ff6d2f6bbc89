import { mutant } from './mutant.js';

export default mutant({
  bug: 'etcd: a put whose answer was lost counts as none: what it leaves is not withdrawn',
  thread: 'etcd #21128: a ghost candidate; etcd3 lock.ts:73',
  killedBy: 'test/backends/etcd/unclear.spec.ts',
  edits: [
    {
      file: 'src/backends/etcd/attempt.ts',
      find: 'if (isUnclear(error)) [',
      put: 'if (isUnclear(error) && this.clearAt < 0) [',
    },
  ],
});
