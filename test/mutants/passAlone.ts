import { mutant } from './mutant.js';

export default mutant({
  bug: 'The deadline follows the pass, which the agent answers though it is cut off and the session is gone',
  thread: 'Consul check/pass; serfHealth flaps #2648',
  killedBy: 'test/simulation/cutOff.spec.ts',
  edits: [
    {
      file: 'src/backends/consul/sessions.ts',
      find: 'forkJoin([renewed, passed])',
      put: 'forkJoin([service && this.#checked ? renewed.pipe(catchError(() => of(undefined))) : renewed, passed])',
    },
  ],
});
