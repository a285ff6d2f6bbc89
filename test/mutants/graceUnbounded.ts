import { mutant } from './mutant.js';

export default mutant({
  bug: 'Work that never ends keeps the key for ever',
  thread: 'swarmkit #1658: a wedged leader',
  killedBy: 'test/operators/linger.spec.ts',
  edits: [
    {
      file: 'src/operators/linger.ts',
      find: 'merge(settled, timer(grace ?? tenure.lease.ttl, scheduler)).pipe(take(1))',
      put: 'merge(settled, timer((grace ?? tenure.lease.ttl) * 1e6, scheduler)).pipe(take(1))',
    },
  ],
});
