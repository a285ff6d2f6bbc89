import { mutant } from './mutant.js';

export default mutant({
  bug: 'Nobody looks whether the key is still ours',
  thread: 'locked index.js:148, etcd #11777',
  killedBy: 'memory',
  edits: [
    {
      file: 'src/operators/untilLost.ts',
      find: 'merge(of(tenure), backend.monitor(tenure), NEVER)',
      put: 'merge(of(tenure), backend ? NEVER : NEVER)',
    },
  ],
});
