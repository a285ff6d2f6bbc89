import { mutant } from './mutant.js';

export default mutant({
  bug: 'A reader joins the lock that a writer of the same process shares',
  thread: 'Consul acquire is reentrant',
  killedBy: 'test/recipes/locks.spec.ts',
  edits: [
    {
      file: 'src/recipes/locks.ts',
      find: 'JSON.stringify([key, wait, checked.value, checked.kind])',
      put: 'JSON.stringify([key, wait, checked.value])',
    },
  ],
});
