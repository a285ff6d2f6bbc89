import { mutant } from './mutant.js';

export default mutant({
  bug: 'etcd: the token is the revision of the last change, which a proclamation moves',
  thread: 'client-go: resourceVersion as a fencing token',
  killedBy: 'etcd',
  edits: [{ file: 'src/backends/etcd/acquire.ts', find: '({ value, created }: Entry,', put: '({ value, modified: created }: Entry,' }],
});
