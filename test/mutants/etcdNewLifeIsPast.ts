import { mutant } from './mutant.js';

export default mutant({
  bug: 'etcd: of two answers from a store that was set up anew only the first is believed: a tenure begun by the other is lost for nothing',
  thread: 'ours: the simulator found it',
  killedBy: 'etcd',
  edits: [
    {
      file: 'src/backends/etcd/cluster.ts',
      find: 'const life = sent.life + Number(',
      put: 'const life = sent.life < this.#life ? sent.life : sent.life + Number(',
    },
  ],
});
