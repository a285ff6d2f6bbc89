import { afterEach, describe, expect, it } from 'vitest';
import type { ConsulBackendOptions } from '../../../src/backends/consul/index.js';
import type { Leader } from '../../../src/core/types.js';
import { makeCertificates } from '../../servers/certificates.js';
import { type ConsulAgent, type ConsulOptions, startConsul } from '../../servers/consul.js';
import { startConsulCluster } from '../../servers/consulCluster.js';
import { until } from '../../servers/until.js';
import { HalfAnswers } from './halfAnswers.js';
import { ask, codeOf, done, keys, on, scene } from './scene.js';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});
async function started(options?: ConsulOptions): Promise<ConsulAgent> {
  const agent = await startConsul(options);
  open.push(() => agent.stop());
  return agent;
}
async function client(options: ConsulBackendOptions, more?: Parameters<typeof scene>[1]) {
  const stage = await scene(options, more);
  open.push(() => stage.backend.close());
  return stage;
}

describe('an agent that is started again', () => {
  it('with its data: lease and lock are kept', async () => {
    const agent = await started({ dev: false });
    const { backend, lease, key, claim, hold, withdraw } = await client({ port: agent.port });
    const one = claim('one');
    const tenure = await hold(one);
    await done(backend.renew(lease)); // an agent remembers a check's state from its first pass on
    let lost: unknown;
    const monitoring = backend.monitor(tenure).subscribe({ error: (error: unknown) => (lost = error) });
    await agent.kill();
    await agent.restart();
    await until('renewed', () => codeOf(backend.renew(lease)).then((code) => code === 'completed'));
    expect(lost).toBe(undefined);
    expect((await keys(agent, `${key}/.lock`))[0]?.ModifyIndex).toBe(Number(tenure.token));
    monitoring.unsubscribe();
    await withdraw(one);
    expect(await keys(agent, `${key}/`)).toEqual([]);
  });

  it.each(['', 'svc/'])(
    'without its data (prefix %j): lease and claim are lost, and watchers see the new present, whose tokens are lower',
    async (prefix) => {
      const agent = await started();
      const { backend, lease, key, claim, hold } = await client({ port: agent.port, prefix });
      for (let i = 0; i < 20; i++) await ask(agent, `/kv/filling/${i}`, 'PUT', 'x');
      const tenure = await hold(claim('one'));
      const seen: (Leader | null)[] = [];
      const watching = backend.watch(key).subscribe((leader) => seen.push(leader));
      const monitoring = codeOf(backend.monitor(tenure));
      await until('watched', () => seen.length > 0);
      await agent.kill();
      await agent.restart({ keepData: false });
      expect(await monitoring).toBe('CLAIM_LOST');
      expect(await codeOf(backend.renew(lease))).toBe('LEASE_LOST');
      const again = on(backend, (await done(backend.grant(10_000)))!, key);
      const next = await again.hold(again.claim('two'));
      await until('the new holder is seen', () => seen.at(-1)?.id === 'two');
      expect(next.token < tenure.token).toBe(true);
      watching.unsubscribe();
    },
  );
});

it('a leader of three that is killed: the lock is kept, and waiters go on', async () => {
  const cluster = await startConsulCluster(3);
  open.push(() => cluster.stop());
  const [first, second] = [
    await client({ port: cluster.client.port }, { key: 'three' }),
    await client({ port: cluster.client.port }, { key: 'three' }),
  ];
  const one = first.claim('one');
  const tenure = await first.hold(one);
  const two = second.hold(second.claim('two'), 60_000);
  await until('queued', async () => (await keys(cluster.client, 'three/')).length === 3);
  const leader = await cluster.leader();
  await leader.kill();
  await until('renewed', () => codeOf(first.backend.renew(tenure.lease)).then((code) => code === 'completed'), 30_000);
  await until('withdrawn', () => codeOf(first.backend.withdraw(first.lease, one)).then((code) => code === 'completed'), 30_000);
  expect((await two).token > tenure.token).toBe(true);
});

describe('an answer that ends in its middle', () => {
  it('is given up in time, whatever it was', async () => {
    const agent = await started();
    const half = await HalfAnswers.before(agent.port);
    open.push(() => half.close());
    const { claim, hold, withdraw, holder, backend, lease } = await client({ port: half.port }, { ttl: 2_000 });
    const one = claim('one');
    half.next('/txn');
    await hold(one, 10_000);
    half.next('/session/renew');
    expect(await codeOf(backend.renew(lease))).toBe('BACKEND_UNAVAILABLE');
    half.next('/txn');
    expect(await codeOf(backend.withdraw(lease, one))).toBe('BACKEND_UNAVAILABLE');
    await withdraw(one);
    expect(await holder()).toBe(null);
  });
});

describe('with an ACL', () => {
  const policy = `
    key_prefix "mine/" { policy = "write" }
    session_prefix "" { policy = "write" }
    service "rx-tenure" { policy = "write" }`;

  it('works with the documented policy, and is denied for other keys only', async () => {
    const agent = await started({ acl: true });
    await ask(agent, '/acl/policy', 'PUT', { Name: 'rx-tenure', Rules: policy });
    const { SecretID: token } = await ask<{ SecretID: string }>(agent, '/acl/token', 'PUT', { Policies: [{ Name: 'rx-tenure' }] });
    const { backend, lease, claim, hold, withdraw, holder } = await client({ port: agent.port, token }, { key: 'mine/one' });
    const one = claim('one');
    await hold(one);
    await done(backend.renew(lease));
    expect(await holder()).toMatchObject({ id: 'one' });
    expect(await codeOf(backend.watch('theirs/one'))).toBe('DENIED');
    expect(await codeOf(backend.acquire(lease, { ...claim('two'), key: 'theirs/one' }))).toBe('DENIED');
    expect(await holder()).toMatchObject({ id: 'one' });
    await withdraw(one);
    expect(await holder()).toBe(null);
  });

  it('says DENIED to a token that was never one, and to whoever watches or renews when his is deleted', async () => {
    const agent = await started({ acl: true });
    await expect(scene({ port: agent.port, token: crypto.randomUUID() })).rejects.toMatchObject({ code: 'DENIED', retryable: false });
    await ask(agent, '/acl/policy', 'PUT', { Name: 'rx-tenure', Rules: policy });
    const token = await ask<{ SecretID: string; AccessorID: string }>(agent, '/acl/token', 'PUT', {
      Policies: [{ Name: 'rx-tenure' }],
    });
    const { backend, lease, claim, hold } = await client({ port: agent.port, token: token.SecretID }, { key: 'mine/one', ttl: 1_000 });
    await hold(claim('one'));
    const watching = codeOf(backend.watch('mine/one', { confirmEvery: 100 }));
    await ask(agent, `/acl/token/${token.AccessorID}`, 'DELETE');
    expect(await watching).toBe('DENIED');
    expect(await codeOf(backend.renew(lease))).toBe('DENIED');
  });
});

it('speaks mutual TLS', async () => {
  const certificates = await makeCertificates();
  open.push(async () => certificates.remove());
  const agent = await started({ tls: { ...certificates, mutual: true } });
  const { ca, client: { cert, key } } = certificates; // prettier-ignore
  const { claim, hold, withdraw } = await client({ port: agent.port, secure: true, ca, cert, key });
  const one = claim('one');
  await hold(one);
  await withdraw(one);
  const { default: Consul } = await import('consul');
  const given = new Consul({ port: agent.port, secure: true, ca, cert, key } as object);
  const { claim: another, hold: holdToo } = await client({ client: given });
  await holdToo(another('two'));
  await expect(scene({ port: agent.port, secure: true, ca })).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
});
