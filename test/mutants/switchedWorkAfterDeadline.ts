import { mutant } from './mutant.js';

export default mutant({
  bug: 'Work goes on after the deadline when timers fire late (switchWhileSelected)',
  thread: 'BullMQ #3056, kuzzle #2112',
  killedBy: 'memory',
  edits: [
    {
      file: 'src/operators/switchWhileSelected.ts',
      find: "(kind === 'N' && tenure.isCurrent())",
      put: "(kind === 'N' && tenure.key !== '')",
    },
  ],
});
