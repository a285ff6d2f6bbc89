import { mutant } from './mutant.js';

export default mutant({
  bug: 'isSelected() tells the last notification, not the time',
  thread: 'client-go leaderelection.go:246',
  killedBy: 'memory',
  edits: [
    {
      file: 'src/recipes/election.ts',
      find: 'isSelected: () => own$.value?.isCurrent() ?? false,',
      put: 'isSelected: () => own$.value !== null,',
    },
  ],
});
