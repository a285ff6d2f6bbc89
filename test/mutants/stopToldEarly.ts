import { mutant } from './mutant.js';

export default mutant({
  bug: 'stop() resolves before the key is released',
  thread: 'consul-locker Locker.fsm.js:137',
  killedBy: 'test/recipes/election.spec.ts',
  edits: [
    {
      file: 'src/recipes/run.ts',
      find: '    this.#started?.unsubscribe();\n    return this.#released$;',
      put: '    this.#started?.unsubscribe();\n    return EMPTY;',
    },
  ],
});
