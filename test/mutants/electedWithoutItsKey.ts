import { mutant } from './mutant.js';

export default mutant({
  bug: 'Elected when all before it have gone, without looking whether its own key is still there',
  thread: 'Go election.go:93, etcd #11456, #11777, #19597',
  killedBy: 'test/backends/memory/conformance.spec.ts',
  edits: [
    {
      file: 'src/backends/memory/acquire.ts',
      find: "throw new ClaimLostError({ key }, entry ? 'overwritten' : 'deleted');",
      put: "return { entry: { name, id: '', value: '', kind: 'exclusive', lease: lease.id, nonce: '', create: queue.revision, mod: 0n } as Entry, first: queue.entries.length === 0 };",
    },
  ],
});
