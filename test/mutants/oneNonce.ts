import { mutant } from './mutant.js';

export default mutant({
  bug: 'An attempt adopts the key that an earlier attempt of the same lease left',
  thread: 'etcd3 election.ts:302, Curator LeaderLatch -504',
  killedBy: 'memory',
  edits: [{ file: 'src/operators/acquire.ts', find: 'nonce: randomId() };', put: "nonce: 'mine' };" }],
});
