import { mutant } from './mutant.js';

export default mutant({
  bug: 'A semaphore lets one in, however many permits it has',
  thread: 'Consul consul lock -n',
  killedBy: 'test/recipes/semaphore.spec.ts',
  edits: [
    {
      file: 'src/core/conflict.ts',
      find: 'return older.length < Math.min(kind.permits, ...permits);',
      put: 'return older.length < Math.min(kind.permits, ...permits) && older.length < 1;',
    },
  ],
});
