import { mutant } from './mutant.js';

export default mutant({
  bug: 'Consul: whoever has written something believes to know all that came before it',
  thread: 'ours: the simulator found it',
  killedBy: 'test/backends/consul/view.spec.ts',
  edits: [
    {
      file: 'src/backends/consul/known.ts',
      find: 'if (index <= this.#index) return false;\n    this.#reach',
      put: 'if (index <= Math.max(this.#index, this.#written)) return false;\n    this.#reach',
    },
  ],
});
