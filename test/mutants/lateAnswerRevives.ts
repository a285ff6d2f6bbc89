import { mutant } from './mutant.js';

export default mutant({
  bug: 'An answer that comes after the deadline brings the lease back to life',
  thread: 'Consul #18271: a renewal answered after 24 s',
  killedBy: 'test/core/lease.spec.ts',
  edits: [
    {
      file: 'src/core/lease.ts',
      find: 'if (this.isCurrent() && sent.mono > this.#sent.mono) this.#sent = sent;',
      put: 'if (sent.mono > this.#sent.mono) [this.#sent, this.#over] = [sent, false];',
    },
  ],
});
