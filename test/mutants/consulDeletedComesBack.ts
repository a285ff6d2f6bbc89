import { mutant } from './mutant.js';

export default mutant({
  bug: 'Consul: a late answer brings back what we have deleted: an observer names a tenure that is over',
  thread: 'ours: a review found it; Curator LeaderLatch -620',
  killedBy: 'test/backends/consul/known.spec.ts',
  edits: [
    {
      file: 'src/backends/consul/known.ts',
      find: 'if (index === undefined) this.#deleted.push(change);',
      put: 'if (index === undefined) this.#deleted.splice(0);',
    },
  ],
});
