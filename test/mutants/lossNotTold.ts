import { mutant } from './mutant.js';

export default mutant({
  bug: 'A loss is mended silently: nobody hears false',
  thread: 'locked index.js:153',
  killedBy: 'memory',
  edits: [{ file: 'src/operators/lapse.ts', find: 'held.length > 0 ? of(NOTHING, last)', put: 'held.length > 1 ? of(NOTHING, last)' }],
});
