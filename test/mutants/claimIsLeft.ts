import { mutant } from './mutant.js';

export default mutant({
  bug: 'A claim that is given up stays in the queue as long as its lease',
  thread: 'etcd #21128, #22123',
  killedBy: 'memory',
  edits: [
    {
      file: 'src/operators/acquire.ts',
      find: 'withdrawn(lease.giveUp(defer(() => backend.withdraw(lease, mine))));',
      put: 'withdrawn(lease.giveUp(defer(() => (backend.withdraw(lease, mine), of(undefined)))));',
    },
  ],
});
