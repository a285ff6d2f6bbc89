import { mutant } from './mutant.js';

export default mutant({
  bug: 'leader$ names us again after we gave up, for the watch lags',
  thread: 'Curator LeaderLatch -620, -696',
  killedBy: 'test/operators/leading.spec.ts',
  edits: [{ file: 'src/operators/leading.ts', find: 'same(seen, own ?? given)', put: 'same(seen, own ?? (given && undefined))' }],
});
