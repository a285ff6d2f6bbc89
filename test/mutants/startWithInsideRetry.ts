import { mutant } from './mutant.js';

export default mutant({
  bug: 'startWith inside the retry: an attempt that said only that nobody is elected counts as a success',
  thread: 'rxjs retry({ resetOnSuccess })',
  killedBy: 'test/recipes/election.spec.ts',
  edits: [
    {
      file: 'src/recipes/election.ts',
      find: '    lapse(),\n    tap(failed),',
      put: '    lapse(),\n    startWith(null),\n    tap(failed),',
    },
    { file: 'src/recipes/election.ts', find: '  share,\n', put: '  share,\n  startWith,\n' },
  ],
});
