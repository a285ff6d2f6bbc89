import { mutant } from './mutant.js';

export default mutant({
  bug: 'A hung renewal holds up the next',
  thread: 'Consul #18271, Go api RenewPeriodic',
  killedBy: 'test/operators/refreshLease.spec.ts',
  edits: [
    { file: 'src/operators/refreshLease.ts', find: '  mergeMap,\n', put: '  exhaustMap,\n  mergeMap,\n' },
    { file: 'src/operators/refreshLease.ts', find: 'mergeMap(() => (lease.isCurrent()', put: 'exhaustMap(() => (lease.isCurrent()' },
  ],
});
