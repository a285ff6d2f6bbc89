import { mutant } from './mutant.js';

export default mutant({
  bug: 'A lock that was given back counts as held when an answer that was on its way shows it',
  thread: 'ours: the simulator found it; Curator LeaderLatch -620, -653, -696 are of its kind',
  killedBy: 'test/backends/consul/place.spec.ts',
  edits: [
    {
      file: 'src/backends/consul/place.ts',
      find: 'return modifyIndex === this.#givenBack;',
      put: 'return modifyIndex === this.#givenBack && modifyIndex < 0;',
    },
  ],
});
