import { mutant } from './mutant.js';

export default mutant({
  bug: 'Renewing a lease that the store has forgotten counts as a renewal',
  thread: 'locked index.js:98',
  killedBy: 'test/backends/memory/conformance.spec.ts',
  edits: [{ file: 'src/backends/memory/leases.ts', find: 'if (!known) throw lost();', put: 'if (!known) void lost;' }],
});
