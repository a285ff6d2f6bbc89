import { mutant } from './mutant.js';

export default mutant({
  bug: 'Consul: reads are not consistent: one may show the holder before the last',
  thread: 'aphyr 2014, Consul ?consistent',
  killedBy: 'test/backends/consul/store.spec.ts',
  edits: [
    { file: 'src/backends/consul/store.ts', find: "const query = { consistent: '',", put: "const query = { stale: ''," },
    {
      file: 'src/backends/consul/store.ts',
      find: "path: '/txn', query: { consistent: '' }, body",
      put: "path: '/txn', query: { stale: '' }, body",
    },
  ],
});
