export { memoryBackend, type MemoryBackend, type MemoryBackendOptions } from './backend.js';
export { memoryFaults, type Fault, type MemoryCall, type MemoryFaults, type RequestName, type Side, type Way } from './faults.js';
export { MemoryStore, type MemoryStoreOptions, type Placed } from './store.js';
export type { Entry, Queue } from './queue.js';
