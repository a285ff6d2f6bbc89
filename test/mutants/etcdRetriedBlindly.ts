import { mutant } from './mutant.js';

export default mutant({
  bug: "etcd: a transaction whose answer was lost is sent again, and its refusal believed: our own claim counts as somebody else's",
  thread: 'etcd3: its default policy retries transactions, election.ts:302',
  killedBy: 'test/backends/etcd/unclear.spec.ts',
  edits: [
    {
      file: 'src/backends/etcd/place.ts',
      find: 'return { queue, revision, life };',
      put: 'return { queue: answer.succeeded ? queue : queue.filter((each) => each !== entry), revision, life };',
    },
  ],
});
