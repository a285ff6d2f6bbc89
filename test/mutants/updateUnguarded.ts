import { mutant } from './mutant.js';

export default mutant({
  bug: 'An update that comes late writes over a later one',
  thread: 'client-go 1b1630d3: a release raced by a renewal',
  killedBy: 'test/backends/memory/unclear.spec.ts',
  edits: [
    {
      file: 'src/backends/memory/store.ts',
      find: 'before?.lease === lease && before.mod === mod',
      put: 'before?.lease === lease && before.mod >= mod',
    },
  ],
});
