import { mutant } from './mutant.js';

export default mutant({
  bug: 'Consul: a proclamation takes the lock anew instead of writing what it has read: it undoes a later one',
  thread: 'Consul acquire is reentrant; etcd3 election.ts:189',
  killedBy: 'test/backends/consul/unclear.spec.ts',
  edits: [
    {
      file: 'src/backends/consul/operations.ts',
      find: "  { verb: 'cas', key, index: modifyIndex, value },",
      put: "  { verb: 'lock', key, session: place.lease.id, value, index: modifyIndex },",
    },
  ],
});
