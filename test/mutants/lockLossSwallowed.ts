import { mutant } from './mutant.js';

export default mutant({
  bug: 'A lock that is lost, or refused, says nothing for ever',
  thread: 'redlock #253, consul-locker Locker.fsm.js:211',
  killedBy: 'test/recipes/locks.spec.ts',
  edits: [
    {
      file: 'src/recipes/locks.ts',
      find: 'wait ? insist({ scheduler }) : identity,',
      put: 'wait ? insist({ scheduler }) : identity,\n      catchError(() => NEVER),',
    },
    { file: 'src/recipes/locks.ts', find: '  BehaviorSubject,\n', put: '  BehaviorSubject,\n  NEVER,\n  catchError,\n' },
  ],
});
