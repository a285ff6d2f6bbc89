import { mutant } from './mutant.js';

export default mutant({
  bug: 'etcd: elected by what a watch tells, though it may have missed who came before',
  thread: 'etcd3 watch.ts: events between two streams; #176',
  killedBy: 'etcd',
  edits: [{ file: 'src/backends/etcd/acquire.ts', find: 'if (seen.proven) return', put: 'if (seen.proven || seen.life >= 0) return' }],
});
