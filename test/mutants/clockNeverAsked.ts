import { mutant } from './mutant.js';

export default mutant({
  bug: 'Neither isSelected() nor what is replayed looks at the clock',
  thread: 'client-go leaderelection.go:246, Bull #476',
  killedBy: 'test/recipes/election.spec.ts',
  edits: [
    {
      file: 'src/recipes/election.ts',
      find: 'isSelected: () => own$.value?.isCurrent() ?? false',
      put: 'isSelected: () => own$.value !== null',
    },
    {
      file: 'src/operators/current.ts',
      find: 'map((tenure) => (tenure?.isCurrent() ? tenure : null))',
      put: 'map((tenure) => tenure)',
    },
  ],
});
