import { mutant } from './mutant.js';

export default mutant({
  bug: 'Waits until the claim just before its own is gone, and declares itself elected',
  thread: 'etcd3 #176, #158',
  killedBy: 'memory',
  edits: [
    {
      file: 'src/backends/memory/acquire.ts',
      find: 'first: holds(queue, entry) }',
      put: 'first: holds(queue, entry) || queue.entries.every(({ create }) => create !== entry.create - 1n) }',
    },
  ],
});
