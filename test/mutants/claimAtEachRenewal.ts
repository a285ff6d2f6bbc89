import { mutant } from './mutant.js';

export default mutant({
  bug: 'switchMap on the lease: the first renewal gives the key away',
  thread: 'found by our prototype',
  killedBy: 'memory',
  edits: [
    { file: 'src/operators/acquire.ts', find: '      distinctUntilChanged(),\n', put: '' },
    { file: 'src/operators/acquire.ts', find: '  distinctUntilChanged,\n', put: '' },
  ],
});
