import { mutant } from './mutant.js';

export default mutant({
  bug: 'Consul: whoever has written something believes to know all that came before it',
  thread: 'ours: the simulator found it',
  killedBy: 'test/backends/consul/view.spec.ts',
  edits: [
    {
      file: 'src/backends/consul/view.ts',
      find: 'if (index <= this.#floor) return;\n    this.queue',
      put: 'if (index <= this.#ahead.index) return;\n    this.queue',
    },
  ],
});
