import { mutant } from './mutant.js';

export default mutant({
  bug: 'etcd: what happens between two watches is read by nobody',
  thread: 'etcd3 watch.ts: lost events after a reconnection; python-etcd3 #1107',
  killedBy: 'test/backends/etcd/view.spec.ts',
  edits: [
    {
      file: 'src/backends/etcd/view.ts',
      find: 'merge(begun$, this.#gap)',
      put: 'merge(begun$.pipe(ignoreElements()), this.#gap)',
    },
  ],
});
