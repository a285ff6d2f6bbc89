import { mutant } from './mutant.js';

export default mutant({
  bug: 'release() says released before the store has answered',
  thread: 'consul-locker Locker.fsm.js:137, etcd #22123',
  killedBy: 'test/recipes/locks.spec.ts',
  edits: [
    {
      file: 'src/recipes/locks.ts',
      find: "reduce(worse, 'released')",
      put: "reduce(worse, 'released'), takeUntil(of(0)), defaultIfEmpty<Release, Release>('released')",
    },
    {
      file: 'src/recipes/locks.ts',
      find: '  BehaviorSubject,\n',
      put: '  BehaviorSubject,\n  defaultIfEmpty,\n  of,\n  takeUntil,\n',
    },
  ],
});
