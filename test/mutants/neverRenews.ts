import { mutant } from './mutant.js';

export default mutant({
  bug: 'A lease is never renewed: the key dies at every ttl, and leadership is a lottery',
  thread: 'locked index.js:98, node-consul #54',
  killedBy: 'memory',
  edits: [
    {
      file: 'src/operators/refreshLease.ts',
      find: 'mergeMap(() => (lease.isCurrent() ? renewal(lease) : expired(lease)))',
      put: 'mergeMap((beat) => (lease.isCurrent() ? (beat < 0 ? renewal(lease) : EMPTY) : expired(lease)))',
    },
  ],
});
