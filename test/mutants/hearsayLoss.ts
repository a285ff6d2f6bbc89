import { mutant } from './mutant.js';

export default mutant({
  bug: 'What was seen of a key before a tenure began counts as its loss',
  thread: 'etcd #11777, Curator LeaderLatch -620',
  killedBy: 'test/backends/memory/views.spec.ts',
  edits: [
    { file: 'src/backends/memory/monitor.ts', find: '(queue.revision >= token ?', put: '(queue.revision >= token || token > 0n ?' },
  ],
});
