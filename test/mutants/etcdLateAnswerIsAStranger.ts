import { mutant } from './mutant.js';

export default mutant({
  bug: 'etcd: a late answer from before the store was set up anew is taken for a second cluster, and ends elections for good',
  thread: 'ours: the simulator found it',
  killedBy: 'test/backends/etcd/twoClusters.spec.ts',
  edits: [
    {
      file: 'src/backends/etcd/cluster.ts',
      find: 'forkJoin([current(member), ',
      put: 'forkJoin([of(member.cluster), ',
    },
  ],
});
