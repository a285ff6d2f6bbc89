import { mutant } from './mutant.js';

export default mutant({
  bug: 'A release that is repeated or late robs the next tenure of the same session',
  thread: 'consul-locker permanent.js:20; node-consul #118',
  killedBy: 'consul',
  edits: [
    {
      file: 'src/backends/consul/operations.ts',
      find: "  { verb: 'check-index', key, index },\n  { verb: 'delete', key },",
      put: "  ...(index > 0 ? [] : [{ verb: 'check-index', key, index } as const]),\n  { verb: 'delete', key },",
    },
  ],
});
