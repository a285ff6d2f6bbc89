import { mutant } from './mutant.js';

export default mutant({
  bug: 'The token is LockIndex, which begins anew whenever the key is deleted',
  thread: 'Consul sequencer, leader election guide',
  killedBy: 'consul',
  edits: [
    {
      file: 'src/backends/consul/wire.ts',
      find: '  /** Grows with each write of whatever key,',
      put: '  readonly lockIndex: number;\n  /** Grows with each write of whatever key,',
    },
    { file: 'src/backends/consul/wire.ts', find: '  ModifyIndex: number;\n}', put: '  ModifyIndex: number;\n  LockIndex: number;\n}' },
    {
      file: 'src/backends/consul/wire.ts',
      find: '({ Key, Value, Session, CreateIndex, ModifyIndex }: RawEntry)',
      put: '({ Key, Value, Session, CreateIndex, ModifyIndex, LockIndex }: RawEntry)',
    },
    {
      file: 'src/backends/consul/wire.ts',
      find: '  modifyIndex: ModifyIndex,\n',
      put: '  modifyIndex: ModifyIndex,\n  lockIndex: LockIndex,\n',
    },
    {
      file: 'src/backends/consul/claims.ts',
      find: 'map(({ modifyIndex }) => tenure(modifyIndex))',
      put: 'map(({ lockIndex }) => tenure(lockIndex))',
    },
    { file: 'src/backends/consul/watch.ts', find: 'BigInt(lock.modifyIndex) === token', put: 'BigInt(lock.lockIndex) === token' },
  ],
});
