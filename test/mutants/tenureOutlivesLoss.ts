import { mutant } from './mutant.js';

export default mutant({
  bug: 'The loss is told, and the tenure goes on being current',
  thread: 'consul-locker permanent.js:36, etcd3 election.ts:199',
  killedBy: 'test/operators/untilLost.spec.ts',
  edits: [
    { file: 'src/operators/untilLost.ts', find: '        tenure.end();', put: '        held.delete(tenure);' },
    {
      file: 'src/operators/untilLost.ts',
      find: 'held.forEach((tenure) => tenure.end(error))',
      put: 'held.forEach((tenure) => void [tenure, error])',
    },
  ],
});
