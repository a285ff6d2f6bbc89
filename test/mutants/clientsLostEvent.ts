import { mutant } from './mutant.js';

export default mutant({
  bug: "A lease is lost when the client's event says so: after two ttls without an answer",
  thread: 'etcd3 lease.ts:316 (#57, #110)',
  killedBy: 'memory',
  edits: [
    {
      file: 'src/core/lease.ts',
      find: 'this.ttl - elapsed(this.#sent, this.#clock) - this.margin)',
      put: '2 * this.ttl - elapsed(this.#sent, this.#clock))',
    },
  ],
});
