import { firstValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EtcdNode, startEtcd } from '../../servers/etcd.js';
import { type EtcdCluster, startEtcdCluster } from '../../servers/etcdCluster.js';
import { until } from '../../servers/until.js';
import { actor, claimOn, codeOf, freshKey } from './scene.js';

describe('hosts', () => {
  it('of two clusters are refused for good, and both are named', async () => {
    const [one, other] = await Promise.all([startEtcd(), startEtcd()]);
    try {
      const us = await actor({ hosts: [one.host, other.host] }).granted();
      const error = await until('the renewals find out', () =>
        firstValueFrom(us.backend.renew(us.lease)).then(
          () => undefined,
          (e: Error) => e,
        ),
      );
      expect(error).toMatchObject({ code: 'INVALID_OPTIONS', retryable: false });
      expect(error.message).toContain(one.host);
      expect(error.message).toContain(other.host);
    } finally {
      await Promise.all([one.stop(), other.stop()]);
    }
  });

  it('that are not there yet are tried again', async () => {
    const later = await startEtcd();
    await later.kill();
    const us = actor({ hosts: later.host });
    expect(await firstValueFrom(us.backend.grant(10_000)).catch(codeOf)).toBe('BACKEND_UNAVAILABLE');
    await later.restart();
    await until('a lease', () => us.granted().catch(() => undefined));
    expect(await us.hold(claimOn(freshKey(), 'one'))).toMatchObject({ id: 'one' });
    await us.close();
    await later.stop();
  });
});

describe('three nodes', () => {
  let cluster: EtcdCluster;
  beforeAll(async () => void (cluster = await startEtcdCluster(3)));
  afterAll(() => cluster.stop());

  it.each(['follower', 'leader'])('keep leases alive, hand over and tell while a %s hangs', async (role) => {
    const leader = await cluster.leader();
    const hung = role === 'leader' ? leader : (cluster.nodes.find((node) => node !== leader) as EtcdNode);
    const [key, one, two] = [
      freshKey(),
      await actor({ hosts: cluster.hosts }).granted(60_000),
      await actor({ hosts: cluster.hosts }).granted(60_000),
    ];
    await Promise.all([one.renew(), two.renew()]);
    const claim = claimOn(key, 'one');
    await one.hold(claim);
    const waiting = await two.queue(claimOn(key, 'two'));
    const watched = two.listen(two.backend.watch(key));
    await until('the holder', () => watched.values.at(-1)?.id === 'one');
    hung.pause();
    try {
      await until('both are renewed', () => Promise.all([one.renew(), two.renew()]), 8_000);
      await until('the release', () => one.withdraw(claim).then(() => true), 8_000);
      await until('the next', () => waiting.values[0]?.id === 'two' && watched.values.at(-1)?.id === 'two', 8_000);
    } finally {
      hung.resume();
      await until('all three', () => Promise.all(cluster.nodes.map((node) => node.etcdctl('get', 'x'))));
    }
  });
});
