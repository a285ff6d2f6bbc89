import { mutant } from './mutant.js';

export default mutant({
  bug: 'Consul: a lock delay is slept through: 5 s or more until the next try',
  thread: 'Go api DefaultLockRetryTime',
  killedBy: 'test/backends/consul/stockTools.spec.ts',
  edits: [{ file: 'src/backends/consul/turn.ts', find: 'const LOCK_DELAY_PACE = 500;', put: 'const LOCK_DELAY_PACE = 10_000;' }],
});
