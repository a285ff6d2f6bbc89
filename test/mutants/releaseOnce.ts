import { mutant } from './mutant.js';

export default mutant({
  bug: 'A release that fails is not tried again',
  thread: 'etcd #22123, redlock #309',
  killedBy: 'test/core/lease.spec.ts',
  edits: [
    {
      file: 'src/core/lease.ts',
      find: '(fatal(error) ? throwError(() => error) : timer(this.ttl / 10, this.#clock))',
      put: '(fatal(error) || this.ttl > 0 ? throwError(() => error) : timer(this.ttl / 10, this.#clock))',
    },
  ],
});
