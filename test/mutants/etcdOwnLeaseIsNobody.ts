import { mutant } from './mutant.js';

export default mutant({
  bug: 'etcd: claims of one lease do not exclude each other: whoever shares it holds as well',
  thread: 'etcd concurrency.Mutex: one session is one owner; Consul acquire is reentrant',
  killedBy: 'etcd',
  edits: [
    {
      file: 'src/backends/etcd/queue.ts',
      find: 'entry.created < mine.created)',
      put: 'entry.created < mine.created && entry.lease !== mine.lease)',
    },
  ],
});
