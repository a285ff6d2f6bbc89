import { mutant } from './mutant.js';

export default mutant({
  bug: 'Two claims of one queue in one transaction have the same create revision: both are the oldest',
  thread: 'measured on etcd: two puts of one transaction',
  killedBy: 'memory',
  edits: [
    {
      file: 'src/backends/memory/store.ts',
      find: '    this.#queues.set(key, [...(this.#queues.get(key) ?? []), { ...entry, create: revision, mod: revision }]);',
      put: '    const newest = this.#queues.get(key)?.at(-1);\n    const joined = newest?.lease !== undefined && newest.lease === entry.lease && newest.create === revision - 1n;\n    this.#queues.set(key, [...(this.#queues.get(key) ?? []), { ...entry, create: joined ? newest.create : revision, mod: revision }]);',
    },
  ],
});
