import { mutant } from './mutant.js';

export default mutant({
  bug: 'A loss is the end: nobody stands again',
  thread: 'client-go #1155, #879; fabric8 #6020',
  killedBy: 'memory',
  edits: [
    {
      file: 'src/operators/reacquire.ts',
      find: 'if (!isTenureError(error) || !error.retryable)',
      put: 'if (isTenureError(error) || error !== undefined)',
    },
  ],
});
