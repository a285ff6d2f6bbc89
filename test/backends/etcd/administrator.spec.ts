import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EtcdNode, startEtcd } from '../../servers/etcd.js';
import { until } from '../../servers/until.js';
import { actor, claimOn, freshKey } from './scene.js';

let etcd: EtcdNode;
beforeAll(async () => void (etcd = await startEtcd()));
afterAll(() => etcd.stop());

const keys = async (key: string) => (await etcd.etcdctl('get', '--prefix', `${key}/`, '--keys-only')).split('\n').filter(Boolean);

describe('an administrator', () => {
  it('who deletes the key of a tenure ends it', async () => {
    const [key, one] = [freshKey(), await actor({ hosts: etcd.host }).granted()];
    const monitored = one.listen(one.backend.monitor(await one.hold(claimOn(key, 'one'))));
    await etcd.etcdctl('del', '--prefix', `${key}/`);
    await until('the loss', () => monitored.end);
    expect(monitored.error).toMatchObject({ code: 'CLAIM_LOST', reason: 'deleted' });
  });

  it('who overwrites the key of a tenure ends it, and its withdrawal leaves nothing', async () => {
    const [key, one] = [freshKey(), await actor({ hosts: etcd.host }).granted()];
    const claim = claimOn(key, 'one');
    const monitored = one.listen(one.backend.monitor(await one.hold(claim)));
    const [path = ''] = await keys(key);
    await etcd.etcdctl('put', path, 'mine now');
    await until('the loss', () => monitored.end);
    expect(monitored.error).toMatchObject({ code: 'CLAIM_LOST', reason: 'overwritten' });
    await one.withdraw(claim);
    expect(await keys(key)).toEqual([]);
  });

  it('who deletes the key of a claim that waits ends the wait', async () => {
    const [key, one, two] = [freshKey(), await actor({ hosts: etcd.host }).granted(), await actor({ hosts: etcd.host }).granted()];
    await one.hold(claimOn(key, 'one'));
    const waiting = await two.queue(claimOn(key, 'two'));
    const path = (await keys(key)).find((each) => each.endsWith('~two')) ?? '';
    await etcd.etcdctl('del', path);
    await until('the loss', () => waiting.end);
    expect(waiting.error).toMatchObject({ code: 'CLAIM_LOST', reason: 'deleted' });
    expect(waiting.values).toEqual([]);
  });

  it('who revokes the lease ends the tenure, and the renewal says so', async () => {
    const [key, one] = [freshKey(), await actor({ hosts: etcd.host }).granted()];
    const monitored = one.listen(one.backend.monitor(await one.hold(claimOn(key, 'one'))));
    await etcd.etcdctl('lease', 'revoke', one.lease.id);
    await until('the loss', () => monitored.end);
    expect(monitored.end).toBe('CLAIM_LOST');
    await expect(one.renew()).rejects.toMatchObject({ code: 'LEASE_LOST', reason: 'revoked' });
    await expect(one.hold(claimOn(key, 'again'))).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });

  it('sees the lease under the name that we know it by', async () => {
    const one = await actor({ hosts: etcd.host }).granted(30_000);
    expect(await etcd.etcdctl('lease', 'list')).toContain(one.lease.id);
    expect(await etcd.etcdctl('lease', 'timetolive', one.lease.id)).toContain('granted with TTL(30s)');
  });

  it('who sets up the store anew ends leases and tenures, and watches tell the new present', async () => {
    const fresh = await startEtcd();
    try {
      const [key, one] = [freshKey(), await actor({ hosts: fresh.host }).granted()];
      for (let i = 0; i < 5; i++) await fresh.etcdctl('put', 'other', String(i)); // the new store's revisions are lower
      const watched = one.listen(one.backend.watch(key));
      const monitored = one.listen(one.backend.monitor(await one.hold(claimOn(key, 'one'))));
      await until('the tenure', () => watched.values.at(-1)?.id === 'one');
      await fresh.restart({ keepData: false });
      await until('the loss', () => monitored.end);
      expect(monitored.end).toBe('CLAIM_LOST');
      await until('the new present', () => watched.values.at(-1) === null);
      await expect(one.renew()).rejects.toMatchObject({ code: 'LEASE_LOST' });
      await one.granted();
      await one.hold(claimOn(key, 'two'));
      await until('the new holder', () => watched.values.at(-1)?.id === 'two');
    } finally {
      await fresh.stop();
    }
  });
});
