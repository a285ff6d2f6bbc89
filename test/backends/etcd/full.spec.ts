import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EtcdNode, startEtcd } from '../../servers/etcd.js';
import { until } from '../../servers/until.js';
import { actor, claimOn, failure, freshKey } from './scene.js';

let etcd: EtcdNode;
beforeAll(async () => void (etcd = await startEtcd({ args: ['--quota-backend-bytes=1048576'] })));
afterAll(() => etcd.stop());

const fill = async () => {
  for (let i = 0; ; i++) await etcd.etcdctl('put', `filler-${i}`, 'x'.repeat(100_000));
};

describe('a full store', () => {
  it('says what to do, takes nothing new, renews, and lets go', async () => {
    const [key, one] = [freshKey(), await actor({ hosts: etcd.host }).granted()];
    const held = claimOn(key, 'one');
    const watched = one.listen(one.backend.watch(key));
    await one.hold(held);
    await expect(fill()).rejects.toThrow(/space exceeded/);
    expect(await failure(one.backend.grant(10_000))).toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      message: expect.stringContaining('alarm disarm'),
    });
    const late = claimOn(key, 'late');
    expect(await failure(one.backend.acquire(one.lease, late))).toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    await one.renew();
    await one.withdraw(held);
    await until('the release', () => watched.values.at(-1) === null);
    await one.withdraw(late);
    expect(await etcd.etcdctl('get', '--prefix', key)).toBe('');
  });
});
