import { mutant } from './mutant.js';

export default mutant({
  bug: 'startWith inside the retried stream: each attempt counts as a success, and the store is hammered',
  thread: 'rxjs retry({ resetOnSuccess })',
  killedBy: 'test/operators/reacquire.spec.ts',
  edits: [
    {
      file: 'src/operators/reacquire.ts',
      find: 'if (scheduler.now() - run.since >= settled)',
      put: 'if (run.since <= scheduler.now() || settled < 0)',
    },
  ],
});
