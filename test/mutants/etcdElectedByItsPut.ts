import { mutant } from './mutant.js';

export default mutant({
  bug: 'etcd: elected by the transaction that put its own key, whoever stands before it',
  thread: 'etcd3 election.ts:302; python-etcd3: put-if-absent as a lock',
  killedBy: 'etcd',
  edits: [
    {
      file: 'src/backends/etcd/acquire.ts',
      find: 'if (isTurn) return of(tenure(entry',
      put: 'if (isTurn || claim.wait !== false) return of(tenure(entry',
    },
  ],
});
