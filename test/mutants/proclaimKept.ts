import { mutant } from './mutant.js';

export default mutant({
  bug: 'proclaim() resolves, and the store never hears of it',
  thread: 'etcd3 election.ts:189',
  killedBy: 'test/recipes/election.spec.ts',
  edits: [
    { file: 'src/recipes/election.ts', find: 'from(attempts).pipe(mergeMap', put: 'from([...attempts].slice(0, 0)).pipe(mergeMap' },
  ],
});
