import { mutant } from './mutant.js';

export default mutant({
  bug: 'The end of work under a lock is told before the release',
  thread: 'consul-locker Locker.fsm.js:137',
  killedBy: 'test/operators/during.spec.ts',
  edits: [
    {
      file: 'src/operators/during.ts',
      find: "after: told.kind === 'N' ? EMPTY : left(tenure)",
      put: "after: told.kind === 'N' ? left(tenure) : EMPTY",
    },
  ],
});
