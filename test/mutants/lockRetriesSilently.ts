import { mutant } from './mutant.js';

export default mutant({
  bug: 'A lock that was lost is taken again as if nothing had happened',
  thread: 'node-redlock #309, README',
  killedBy: 'test/recipes/locks.spec.ts',
  edits: [{ file: 'src/operators/insist.ts', find: 'held.size > 0 ? of<', put: 'held.size > 99 ? of<' }],
});
