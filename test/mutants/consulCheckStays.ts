import { mutant } from './mutant.js';

export default mutant({
  bug: 'Consul: the check of a lease that has ended is never deregistered',
  thread: 'Consul: critical checks pile up',
  killedBy: 'test/backends/consul/wire.spec.ts',
  edits: [
    {
      file: 'src/backends/consul/sessions.ts',
      find: 'if (service && this.#checked) await this.#deregister(service, timeout);',
      put: 'if (service && !this.#checked) await this.#deregister(service, timeout);',
    },
  ],
});
