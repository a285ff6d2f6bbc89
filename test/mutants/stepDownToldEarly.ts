import { mutant } from './mutant.js';

export default mutant({
  bug: 'stepDown() resolves before the key is released',
  thread: 'consul-locker Locker.fsm.js:137',
  killedBy: 'test/recipes/election.spec.ts',
  edits: [
    {
      file: 'src/recipes/run.ts',
      find: 'after: this.#released$ });\n    return this.#released$;',
      put: 'after: this.#released$ });\n    return EMPTY;',
    },
  ],
});
