import { mutant } from './mutant.js';

export default mutant({
  bug: 'Consul: whoever writes often enough never looks whether he still holds the key',
  thread: 'ours: a review found it',
  killedBy: 'test/backends/consul/view.spec.ts',
  edits: [
    {
      file: 'src/backends/consul/view.ts',
      find: 'if (this.#known.wrote(change, index)) this.#tell();',
      put: 'if (this.#known.wrote(change, index)) (this.#tell(), this.#heard$.next());',
    },
  ],
});
