import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EtcdNode, startEtcd } from '../../servers/etcd.js';
import { until } from '../../servers/until.js';
import { actor, claimOn, failure, freshKey } from './scene.js';

const root = { username: 'root', password: 'secret' };
const user = { username: 'app', password: 'app' };
let etcd: EtcdNode;
beforeAll(async () => {
  etcd = await startEtcd({ auth: root });
  await etcd.etcdctl('user', 'add', 'app:app');
  await etcd.etcdctl('role', 'add', 'app');
  await etcd.etcdctl('role', 'grant-permission', 'app', '--prefix=true', 'readwrite', 'mine/');
  await etcd.etcdctl('user', 'grant-role', 'app', 'app');
});
afterAll(() => etcd.stop());

describe('authentication', () => {
  it.each([
    ['a wrong password', { ...root, password: 'wrong' }, /user or password/],
    ['an unknown user', { username: 'nobody', password: 'x' }, /user or password/],
    ['no user', undefined, /set `auth`/],
  ])('refuses %s, for good', async (_, auth, message) => {
    const { backend } = actor({ hosts: etcd.host, ...(auth && { auth }) });
    const lease = { id: '5826301e204b43c5', ttl: 10_000 };
    const told = await Promise.all([failure(backend.watch('k')), failure(backend.acquire(lease, claimOn('k', 'one')))]);
    expect(told.map(({ code }) => code)).toEqual(['DENIED', 'DENIED']);
    expect(told[0]?.message).toMatch(message);
  });

  it('denies one key and serves the others: a denied watch is in nobody’s way', async () => {
    const one = await actor({ hosts: etcd.host, auth: user }).granted();
    const key = `mine/${freshKey()}`;
    const before = one.listen(one.backend.watch(key));
    await until('the first read', () => before.values.length);
    expect(await failure(one.backend.watch('theirs'))).toMatchObject({ code: 'DENIED', message: expect.stringContaining('role') });
    expect(await failure(one.backend.acquire(one.lease, claimOn('theirs', 'one')))).toMatchObject({ code: 'DENIED' });
    const after = one.listen(one.backend.watch(`${key}-2`));
    await one.hold(claimOn(key, 'one'));
    await one.hold(claimOn(`${key}-2`, 'two'));
    await until('both holders', () => before.values.at(-1)?.id === 'one' && after.values.at(-1)?.id === 'two');
  });

  it('keeps leases and watches over a restart of the server, which forgets every token', async () => {
    const [key, one, two] = [
      `mine/${freshKey()}`,
      await actor({ hosts: etcd.host, auth: user }).granted(),
      await actor({ hosts: etcd.host, auth: root }).granted(),
    ];
    const watched = one.listen(one.backend.watch(key));
    const claim = claimOn(key, 'one');
    const tenure = await one.hold(claim);
    const monitored = one.listen(one.backend.monitor(tenure));
    const waiting = await two.queue(claimOn(key, 'two'));
    await until('the holder', () => watched.values.at(-1)?.id === 'one');
    await etcd.restart();
    await until('a renewal', () => one.renew().then(() => true));
    expect(monitored.end).toBe(undefined);
    await one.withdraw(claim);
    await until('the next holder', () => waiting.values[0]?.id === 'two' && watched.values.at(-1)?.id === 'two');
    expect(watched.end).toBe(undefined);
  });

  it('renews after a restart, when nothing else asks for a token', async () => {
    const one = await actor({ hosts: etcd.host, auth: user }).granted();
    await etcd.restart();
    await until('a renewal', () => one.renew().then(() => true), 3_000);
  });
});
