import { mutant } from './mutant.js';

export default mutant({
  bug: "What an unclear write leaves is nobody's",
  thread: 'etcd #21128; Curator #524',
  killedBy: 'test/backends/consul/unclear.spec.ts',
  edits: [
    {
      file: 'src/backends/consul/places.ts',
      find: 'const stray = (session: string | undefined, name: string) => session !== undefined &&',
      put: "const stray = (session: string | undefined, name: string) => session === '' &&",
    },
  ],
});
