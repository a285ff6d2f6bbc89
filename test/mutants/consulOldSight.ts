import { mutant } from './mutant.js';

export default mutant({
  bug: 'Consul: a tenure is judged by what was seen before it was held, and lost for nothing',
  thread: 'ours: a thousand locks at once; Curator LeaderLatch -620',
  killedBy: 'test/backends/consul/views.spec.ts',
  edits: [{ file: 'src/backends/consul/watch.ts', find: ', since: Number(tenure.token) }', put: ' }' }],
});
