import { mutant } from './mutant.js';

export default mutant({
  bug: 'No margin: believed until the very moment at which the store may let others in',
  thread: 'etcd3 #57, #110',
  killedBy: 'memory',
  edits: [
    { file: 'src/core/lease.ts', find: 'elapsed(this.#sent, this.#clock) - this.margin)', put: 'elapsed(this.#sent, this.#clock))' },
  ],
});
