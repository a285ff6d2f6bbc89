import { mutant } from './mutant.js';

export default mutant({
  bug: 'The deadline counts from when a renewal was answered, not sent',
  thread: 'etcd3 lease.ts:355, Go clientv3 lease.go:549, golem #3824',
  killedBy: 'memory',
  edits: [
    {
      file: 'src/core/lease.ts',
      find: 'sent.mono > this.#sent.mono) this.#sent = sent;',
      put: 'sent.mono > this.#sent.mono) this.#sent = instant(this.#clock);',
    },
  ],
});
