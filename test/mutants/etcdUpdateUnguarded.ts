import { mutant } from './mutant.js';

export default mutant({
  bug: 'etcd: a proclamation writes whatever is there: one that comes late revives a key that was released',
  thread: 'etcd3 election.ts:189: proclaim; client-go 1b1630d3: a release raced by a renewal',
  killedBy: 'test/backends/etcd/update.spec.ts',
  edits: [
    {
      file: 'src/backends/etcd/update.ts',
      find: "compare: [{ key, target: 'Mod',",
      put: "compare: value ? [] : [{ key, target: 'Mod',",
    },
  ],
});
