import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locker } from '../../../src/index.js';
import { until } from '../../servers/until.js';
import { EtcdNode } from '../../servers/etcd.js';
import { say } from '../harness/figures.js';
import { type Started, backendAt, start } from './stores.js';

const key = 'stock/report';

describe.each(['etcd', 'consul'] as const)('the stock lock of %s and locker.lock', (store) => {
  let started: Started;
  let backend: ReturnType<typeof backendAt>;
  beforeAll(async () => {
    started = await start(store);
    backend = backendAt(started.address);
  });
  afterAll(async () => {
    await backend.close();
    await started.stop();
  });
  /** Holds the key while a command runs that never ends. */
  const stock = () =>
    started.server instanceof EtcdNode
      ? started.server.spawnEtcdctl('lock', '--ttl=2', key, '--', 'sh', '-c', 'echo in; sleep 1000')
      : started.server.spawnConsul('lock', key, 'echo in; sleep 1000');

  it('exclude each other, both ways', async () => {
    const locks = locker(backend, { name: 'stock' });
    const held: string[] = [];
    const tool = stock();
    await tool.saw(/^in$/m);
    await expect(new Promise((_, reject) => locks.tryLock('report').subscribe({ error: reject }))).rejects.toMatchObject({
      code: 'HELD',
    });
    const waiting = locks.lock('report').subscribe((tenure) => held.push(String(tenure.token)));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(held).toEqual([]);
    await tool.stop();
    await until('ours after theirs', () => held.length === 1);

    const second = stock();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(second.output).not.toMatch(/^in$/m);
    waiting.unsubscribe();
    await second.saw(/^in$/m);
    await second.stop();
    await locks.close();
    say(`${store} lock against locker.lock`, { 'ours waited for theirs': true, 'theirs for ours': true });
  });
});
