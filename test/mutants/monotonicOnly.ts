import { mutant } from './mutant.js';

export default mutant({
  bug: 'A suspended machine stops the clock that leases are counted by',
  thread: 'Jepsen etcd #11457',
  killedBy: 'memory',
  edits: [
    {
      file: 'src/core/clock.ts',
      find: '  Math.max(clock.now() - since.mono, (clock.wall?.() ?? -Infinity) - (since.wall ?? Infinity));',
      put: '  clock.now() - since.mono;',
    },
  ],
});
