import { mutant } from './mutant.js';

export default mutant({
  bug: 'close() gives nothing back',
  thread: 'locked index.js:190',
  killedBy: 'test/backends/memory/close.spec.ts',
  edits: [
    { file: 'src/backends/memory/backend.ts', find: 'concat(revokeAll(), network.idle, revokeAll())', put: 'concat(network.idle)' },
  ],
});
