import { mutant } from './mutant.js';

export default mutant({
  bug: 'Leases are counted by the wall clock, which can be set back',
  thread: 'etcd3 lease.ts:316, node-redlock',
  killedBy: 'test/core/clock.spec.ts',
  edits: [
    {
      file: 'src/core/clock.ts',
      find: '  Math.max(clock.now() - since.mono, (clock.wall?.() ?? -Infinity) - (since.wall ?? Infinity));',
      put: '  (clock.wall?.() ?? clock.now()) - (since.wall ?? since.mono);',
    },
  ],
});
