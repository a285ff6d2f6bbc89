import { mutant } from './mutant.js';

export default mutant({
  bug: 'A session locks twice: two claims of one process both hold',
  thread: 'Consul acquire is reentrant',
  killedBy: 'consul',
  edits: [
    {
      file: 'src/backends/consul/operations.ts',
      find: '  ...(alone ? [free(place, remnant)] : []),\n',
      put: '  ...(alone && remnant ? [free(place, remnant)] : []),\n',
    },
    {
      file: 'src/backends/consul/operations.ts',
      find: '  free(place, remnant),\n',
      put: '  ...(remnant ? [free(place, remnant)] : []),\n',
    },
  ],
});
