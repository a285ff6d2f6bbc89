import { mutant } from './mutant.js';

export default mutant({
  bug: 'A late subscriber is told what was true once',
  thread: 'moleculer #918, Bull #476: a process that was stopped',
  killedBy: 'memory',
  edits: [{ file: 'src/operators/current.ts', find: '(tenure?.isCurrent() ? tenure : null)', put: 'tenure' }],
});
