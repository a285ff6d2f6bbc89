import { describe, expect, it } from 'vitest';
import { MemoryStore, memoryBackend } from '../../../src/backends/memory/index.js';
import { behavesLikeABackend } from '../../../src/testing/index.js';

const store = new MemoryStore();
behavesLikeABackend('memory', () => memoryBackend({ store }), { describe, it, expect });
behavesLikeABackend('memory, a millisecond away', () => memoryBackend({ store, latency: 1 }), { describe, it, expect });
