import { mutant } from './mutant.js';

export default mutant({
  bug: 'Work goes on after the deadline when timers fire late (whileSelected)',
  thread: 'BullMQ #3056, kuzzle #2112',
  killedBy: 'memory',
  edits: [
    { file: 'src/operators/whileSelected.ts', find: "kind !== 'N' || tenure.isCurrent()", put: "kind !== 'N' || tenure.key !== ''" },
  ],
});
