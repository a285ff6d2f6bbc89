import { mutant } from './mutant.js';

export default mutant({
  bug: 'Only the store can say that a lease is lost, and it is out of reach',
  thread: 'Consul #1843, #18271; etcd3 #13',
  killedBy: 'memory',
  edits: [
    {
      file: 'src/operators/refreshLease.ts',
      find: 'switchMap(() => concat(of(lease), deadline(lease)))',
      put: 'switchMap(() => concat(of(lease), deadline(lease).pipe(catchError(() => EMPTY))))',
    },
    { file: 'src/operators/refreshLease.ts', find: '(lease.isCurrent() ? renewal(lease) : expired(lease))', put: 'renewal(lease)' },
  ],
});
