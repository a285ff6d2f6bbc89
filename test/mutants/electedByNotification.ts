import { mutant } from './mutant.js';

export default mutant({
  bug: 'Elected because a notification said so, without a read',
  thread: 'etcd3 #158, Go mutex.go:96 (etcd #11456)',
  killedBy: 'test/backends/memory/views.spec.ts',
  edits: [
    {
      file: 'src/backends/memory/acquire.ts',
      find: 'exhaustMap(({ queue, proven }) => (proven ? of(queue) : views.readUntilAnswered(key)))',
      put: 'exhaustMap(({ queue }) => of(queue))',
    },
  ],
});
