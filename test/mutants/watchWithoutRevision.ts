import { mutant } from './mutant.js';

export default mutant({
  bug: 'What a watch misses is never read again',
  thread: 'kragniz/python-etcd3 #1107',
  killedBy: 'test/backends/memory/views.spec.ts',
  edits: [
    {
      file: 'src/backends/memory/monitor.ts',
      find: 'merge(first$, views.keepReading(key, lease.ttl / 5)).pipe(',
      put: 'merge(first$, lease.ttl > 0 ? EMPTY : views.keepReading(key, 5)).pipe(',
    },
  ],
});
