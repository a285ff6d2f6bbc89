import { mutant } from './mutant.js';

export default mutant({
  bug: 'A renewal that failed counts as a lost lease',
  thread: 'Consul #830, #912; consul lock -monitor-retry',
  killedBy: 'test/operators/refreshLease.spec.ts',
  edits: [
    {
      file: 'src/operators/refreshLease.ts',
      find: "isTenureError(error) && error.code === 'LEASE_LOST' ?",
      put: 'isTenureError(error) || error !== lease.doubt ?',
    },
  ],
});
