import { mutant } from './mutant.js';

export default mutant({
  bug: 'A lock that is never free is waited for, whatever timeout was given',
  thread: 'node-redlock #169',
  killedBy: 'test/recipes/locks.spec.ts',
  edits: [{ file: 'src/recipes/locks.ts', find: 'bounded(key, checked.timeout)', put: 'bounded(key, checked.timeout && undefined)' }],
});
