import { mutant } from './mutant.js';

export default mutant({
  bug: 'The key is released while work that the tenure fed still runs',
  thread: 'client-go #728, kubernetes #139991',
  killedBy: 'test/operators/linger.spec.ts',
  edits: [
    {
      file: 'src/operators/linger.ts',
      find: '(held$.value ? drained(held$.value) : of(null))',
      put: '(held$.value ? (drained(held$.value), of(null)) : of(null))',
    },
  ],
});
