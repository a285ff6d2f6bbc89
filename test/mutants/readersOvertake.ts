import { mutant } from './mutant.js';

export default mutant({
  bug: 'Readers overtake a writer who waits: under load he waits for ever',
  thread: 'starved writers; Curator InterProcessReadWriteLock queues them',
  killedBy: 'test/recipes/readWriteLock.spec.ts',
  edits: [
    { file: 'src/core/conflict.ts', find: "older.every((each) => each === 'shared')", put: "(older[0] ?? 'shared') === 'shared'" },
  ],
});
