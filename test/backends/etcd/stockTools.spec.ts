import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EtcdNode, startEtcd } from '../../servers/etcd.js';
import { until } from '../../servers/until.js';
import { actor, claimOn, freshKey } from './scene.js';

let etcd: EtcdNode;
beforeAll(async () => void (etcd = await startEtcd()));
afterAll(() => etcd.stop());

const keys = async (key: string) => (await etcd.etcdctl('get', '--prefix', `${key}/`, '--keys-only')).split('\n').filter(Boolean);

describe.each(['lock', 'elect'])('etcdctl %s on the same key', (command) => {
  const stock = (key: string) => etcd.spawnEtcdctl(command, key, ...(command === 'elect' ? ['theirs'] : []));

  it('takes its turn among ours, first come, first served', async () => {
    const [key, us] = [freshKey(), await actor({ hosts: etcd.host }).granted()];
    const [one, three] = [claimOn(key, 'one'), claimOn(key, 'three')];
    await us.hold(one);
    const two = stock(key);
    await until('it queues', async () => (await keys(key)).length === 2);
    const waiting = await us.queue(three);
    expect(two.output).toBe('');
    await us.withdraw(one);
    await two.saw(new RegExp(key));
    expect(waiting.values).toEqual([]);
    await two.stop();
    await until('our turn', () => waiting.values[0]?.id === 'three');
  });

  it('is told as the holder, by the name of its key', async () => {
    const [key, us] = [freshKey(), actor({ hosts: etcd.host })];
    const watched = us.listen(us.backend.watch(key));
    const theirs = stock(key);
    await theirs.saw(new RegExp(key));
    await until('the holder', () => watched.values.at(-1));
    expect(watched.values.at(-1)).toMatchObject({
      id: (await keys(key))[0]?.slice(key.length + 1),
      value: command === 'elect' ? 'theirs' : '',
    });
    await theirs.stop();
    await until('nobody', () => watched.values.at(-1) === null);
  });
});

it('etcdctl elect --listen prints our value', async () => {
  const [key, us] = [freshKey(), await actor({ hosts: etcd.host }).granted()];
  const listening = etcd.spawnEtcdctl('elect', '--listen', key);
  await us.hold(claimOn(key, 'one', { value: 'host-1:8080' }));
  await listening.saw(/host-1:8080/);
  await listening.stop();
});
