import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EtcdNode, startEtcd } from '../../servers/etcd.js';
import type { Claim, TenureRef } from '../../../src/core/types.js';
import type { Hold } from '../../servers/interceptions.js';
import { type FaultProxy, startProxy } from '../../servers/faultProxy.js';
import { until } from '../../servers/until.js';
import { Actor, actor, claimOn, done, failure, freshKey } from './scene.js';

let etcd: EtcdNode;
let proxy: FaultProxy;
beforeAll(async () => void (etcd = await startEtcd()));
afterAll(() => etcd.stop());
beforeEach(async () => void (proxy = await startProxy({ target: etcd.host })));
afterEach(async () => {
  await Actor.cleanUp(); // before the network goes
  await proxy.close();
});

const keys = async (key: string) => (await etcd.etcdctl('get', '--prefix', `${key}/`, '--keys-only')).split('\n').filter(Boolean);

/** Whichever host the put is sent to first holds it up; it is then repeated through the other. */
async function heldUp(one: Actor, claim: Claim, proxies: FaultProxy[]): Promise<{ held: TenureRef; first: Hold }> {
  const holds = proxies.map((each) => each.hold((chunk) => chunk.includes(claim.nonce)));
  const holding = one.hold(claim);
  const first = await Promise.race(holds.map((hold) => hold.caught.then(() => hold)));
  holds.filter((hold) => hold !== first).forEach((hold) => hold.letGo());
  return { held: await holding, first };
}

describe('an unclear write', () => {
  it('whose answer is lost is found again, and taken for nobody else’s', async () => {
    const [key, one] = [freshKey(), await actor({ hosts: proxy.host }).granted()];
    const cut = proxy.cutAfter((chunk) => chunk.includes('lost-nonce'));
    const held = one.hold(claimOn(key, 'one', { nonce: 'lost-nonce' }));
    await cut;
    expect(await held).toMatchObject({ id: 'one' });
    expect(await keys(key)).toHaveLength(1);
  });

  it('whose answer is lost leaves nothing when it is given up meanwhile', async () => {
    const [key, one] = [freshKey(), await actor({ hosts: proxy.host }).granted()];
    const claim = claimOn(key, 'one', { nonce: 'left-nonce' });
    const cut = proxy.cutAfter((chunk) => chunk.includes('left-nonce'));
    const waiting = one.listen(one.backend.acquire(one.lease, claim));
    await cut;
    waiting.leave();
    await one.withdraw(claim);
    expect(await keys(key)).toEqual([]);
  });

  it('of `wait: false` is its own, not held by somebody else', async () => {
    const [key, one] = [freshKey(), await actor({ hosts: proxy.host }).granted()];
    const cut = proxy.cutAfter((chunk) => chunk.includes('try-nonce'));
    const held = one.hold(claimOn(key, 'one', { nonce: 'try-nonce', wait: false }));
    await cut;
    expect(await held).toMatchObject({ id: 'one' });
  });

  it('that is held up past its withdrawal is swept when a watch shows it, and the next candidate holds', async () => {
    const key = freshKey();
    const one = await actor({ hosts: proxy.host }).granted();
    const two = await actor({ hosts: etcd.host }).granted();
    const observer = one.listen(one.backend.watch(key));
    await until('the first read', () => observer.values.length);
    const late = claimOn(key, 'late', { nonce: 'late-nonce' });
    const hold = proxy.hold((chunk) => chunk.includes('late-nonce'));
    const waiting = one.listen(one.backend.acquire(one.lease, late));
    await hold.caught;
    waiting.leave();
    await one.withdraw(late).catch(() => undefined);
    expect(await keys(key)).toEqual([]);
    hold.letGo({ restAfter: 50 });
    await until(
      'the late key is gone again',
      async () => observer.values.some((l) => l?.id === 'late') && (await keys(key)).length === 0,
    );
    expect(await two.hold(claimOn(key, 'two'))).toMatchObject({ id: 'two' });
  });

  it('that is held up past a read-back through another host is swept at the next renewal', async () => {
    const key = freshKey();
    const other = await startProxy({ target: etcd.host });
    const one = await actor({ hosts: [proxy.host, other.host] }).granted();
    const late = claimOn(key, 'late', { nonce: 'later-nonce' });
    const { held, first } = await heldUp(one, late, [proxy, other]);
    expect(held).toMatchObject({ id: 'late' });
    await one.withdraw(late);
    expect(await keys(key)).toEqual([]);
    first.letGo({ restAfter: 50 });
    await until('the late key', async () => (await keys(key)).length > 0);
    await until('it is swept', async () => (await one.renew(), (await keys(key)).length === 0));
    await Actor.cleanUp();
    await other.close();
  });
});

it('a repeated put that comes late takes no announcement back', async () => {
  const [key, other] = [freshKey(), await startProxy({ target: etcd.host })];
  const one = await actor({ hosts: [proxy.host, other.host] }).granted();
  const claim = claimOn(key, 'one', { nonce: 'repeated-nonce', value: 'old' });
  const { held, first } = await heldUp(one, claim, [proxy, other]);
  await done(one.backend.update(held, 'new'));
  first.letGo({ restAfter: 50 });
  const watched = one.listen(one.backend.watch(key, { confirmEvery: 50 }));
  await until('some confirmations', () => watched.values.length > 4);
  expect(new Set(watched.values.map((leader) => leader?.value))).toEqual(new Set(['new']));
  await Actor.cleanUp();
  await other.close();
});

it('what is announced while the store is out of reach comes with the claim', async () => {
  const [key, one] = [freshKey(), await actor({ hosts: proxy.host }).granted()];
  proxy.refuse();
  proxy.reset();
  const claim = claimOn(key, 'one', { value: 'old' });
  const held = one.hold(claim);
  const announced = done(one.backend.update(one.ref(claim), 'new'));
  await expect(one.renew()).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
  await proxy.accept();
  await Promise.all([held, announced]);
  expect(await etcd.etcdctl('get', '--prefix', `${key}/`, '--print-value-only')).toBe('new\n');
});

describe('a lease', () => {
  /** As it is on the wire: 60 s, and then the id. */
  const asksForAMinute = (chunk: Buffer) => chunk.includes(Buffer.from([8, 60, 16]));
  const leases = () => etcd.etcdctl('lease', 'list');

  it('whose grant is abandoned is revoked when its answer comes', async () => {
    const { backend } = actor({ hosts: proxy.host });
    const before = await leases();
    const hold = proxy.hold(asksForAMinute);
    const asked = backend.grant(60_000).subscribe();
    await hold.caught;
    asked.unsubscribe();
    hold.letGo();
    await until('it has come and gone', async () => (await leases()) === before);
  });

  it('whose grant is answered by nobody is revoked by its name', async () => {
    const { backend } = actor({ hosts: proxy.host });
    const before = await leases();
    const cut = proxy.cutAfter(asksForAMinute);
    const granted = failure(backend.grant(60_000));
    await cut;
    expect(await granted).toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    await until('it is gone', async () => (await leases()) === before);
  });
});
