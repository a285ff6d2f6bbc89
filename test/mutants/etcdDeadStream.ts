import { mutant } from './mutant.js';

export default mutant({
  bug: 'etcd: a watch waits on a stream whose host has stopped answering',
  thread: 'etcd3 #110, Consul #985: an established connection that is dead',
  killedBy: 'test/backends/etcd/watches.spec.ts',
  edits: [
    {
      file: 'src/backends/etcd/watches.ts',
      find: 'merge(living(stream, member), silence(member))',
      put: 'merge(living(stream, member), silence(member).pipe(retry()))',
    },
  ],
});
