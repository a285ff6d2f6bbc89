import { mutant } from './mutant.js';

export default mutant({
  bug: 'The release is sent inside the unsubscribe call, before the work has stopped',
  thread: 'rxjs teardown order; client-go ReleaseOnCancel',
  killedBy: 'memory',
  edits: [
    { file: 'src/core/lease.ts', find: 'release.pipe(subscribeOn(asapScheduler), retry', put: 'release.pipe(retry' },
    { file: 'src/core/lease.ts', find: '  asapScheduler,\n', put: '' },
    { file: 'src/core/lease.ts', find: '  subscribeOn,\n', put: '' },
    {
      file: 'src/operators/linger.ts',
      find: 'defer(() => tenure.settled).pipe(subscribeOn(asapScheduler))',
      put: 'defer(() => tenure.settled)',
    },
    { file: 'src/operators/linger.ts', find: '  asapScheduler,\n', put: '' },
    { file: 'src/operators/linger.ts', find: '  subscribeOn,\n', put: '' },
  ],
});
