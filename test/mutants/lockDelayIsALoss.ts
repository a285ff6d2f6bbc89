import { mutant } from './mutant.js';

export default mutant({
  bug: 'Out of reach for a moment is a loss',
  thread: 'Consul #830, #5437',
  killedBy: 'consul',
  edits: [{ file: 'src/backends/consul/turn.ts', find: "told.code === 'BACKEND_UNAVAILABLE'\n", put: "told.code === 'DENIED'\n" }],
});
