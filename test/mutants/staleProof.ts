import { mutant } from './mutant.js';

export default mutant({
  bug: 'A tenure is told although its lease is about to end',
  thread: 'node-redlock #296',
  killedBy: 'memory',
  edits: [{ file: 'src/operators/acquire.ts', find: '    lease.isFresh()\n', put: '    lease.isCurrent()\n' }],
});
