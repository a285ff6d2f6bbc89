import { mutant } from './mutant.js';

export default mutant({
  bug: 'Work under a lock goes on after the deadline',
  thread: '.NET DistributedLock LeaseMonitor.cs:81',
  killedBy: 'memory',
  edits: [{ file: 'src/operators/during.ts', find: 'filter(() => tenure.isCurrent()),', put: "filter(() => tenure.key !== '')," }],
});
