import { mutant } from './mutant.js';

export default mutant({
  bug: 'Consul: the first that is told of a queue may be older than its observer',
  thread: 'ours: a thousand locks at once; Curator LeaderLatch -620',
  killedBy: 'test/backends/consul/views.spec.ts',
  edits: [
    { file: 'src/backends/consul/view.ts', find: '    learnt = driver.turn(),\n', put: '    learnt = 0,\n' },
    { file: 'src/backends/consul/known.ts', find: 'this.#queue !== undefined && index > this.#seen', put: 'index > this.#seen' },
  ],
});
