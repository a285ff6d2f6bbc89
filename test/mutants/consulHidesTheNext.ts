import { mutant } from './mutant.js';

export default mutant({
  bug: 'Consul: who gives a lock back believes that nobody holds it, though the next one does by now, and that one loses it',
  thread: 'ours: the simulator found it',
  killedBy: 'test/backends/consul/queue.spec.ts',
  edits: [
    {
      file: 'src/backends/consul/wire.ts',
      find: 'lock?.modifyIndex === index ? undefined : lock, claims',
      put: 'index > 0 ? undefined : lock, claims',
    },
  ],
});
