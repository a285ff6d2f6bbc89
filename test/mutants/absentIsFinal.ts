import { mutant } from './mutant.js';

export default mutant({
  bug: 'After an unclear write "absent" is believed: a late one stays for ever',
  thread: 'etcd contrib, F25',
  killedBy: 'test/backends/memory/unclear.spec.ts',
  edits: [
    {
      file: 'src/backends/memory/withdraw.ts',
      find: '(record.unclear > 0 ? (record.doubtful = true) :',
      put: '(record.unclear > 99 ? (record.doubtful = true) :',
    },
  ],
});
