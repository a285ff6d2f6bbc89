import { mutant } from './mutant.js';

export default mutant({
  bug: 'Consul: a claim that stands is lost by what was known of the queue before it was put',
  thread: 'ours: a review found it, and then the simulator',
  killedBy: 'test/backends/consul/turn.spec.ts',
  edits: [
    { file: 'src/backends/consul/turn.ts', find: 'view?.forget(this.#stoodAt);', put: 'view?.forget(0);' },
    { file: 'src/backends/consul/turn.ts', find: 'since: this.#stoodAt', put: 'since: Math.min(0, this.#stoodAt)' },
  ],
});
