import { mutant } from './mutant.js';

export default mutant({
  bug: 'etcd: an observer names whoever is left, though others may have come before that no watch told of',
  thread: 'ours: the simulator found it; etcd3 watch.ts: events between two streams',
  killedBy: 'etcd',
  edits: [
    {
      file: 'src/backends/etcd/watch.ts',
      find: 'map(({ first }) => holder(first ? [first] : []))',
      put: 'map(({ queue }) => holder(queue))',
    },
  ],
});
