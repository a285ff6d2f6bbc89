import { expect, it } from 'vitest';
import { quick } from '../acceptance/harness/servers.js';
import { Child } from '../servers/childProcess.js';
import { startEtcd } from '../servers/etcd.js';
import { lockedSuite } from './publicSuite.js';

it('passes the public suite of npm locked, unchanged but for what its import means', async () => {
  const [suite, etcd] = [await lockedSuite(), await startEtcd(quick)];
  const run = new Child('/usr/bin/env', ['-C', suite, process.execPath, 'test.js'], { ETCD: etcd.host });
  expect(await run.exited, run.output).toBe(0);
  expect(run.output).toMatch(/^# tests 9\n# pass {2}9$/m);
  expect(run.output).not.toMatch(/^not ok/m);
  await etcd.stop();
}, 120_000);
