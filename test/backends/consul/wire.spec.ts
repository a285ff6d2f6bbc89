import { firstValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consulBackend } from '../../../src/backends/consul/index.js';
import { type ConsulAgent, startConsul } from '../../servers/consul.js';
import { until } from '../../servers/until.js';
import { type Raw, ask, codeOf, done, keys, on, requestsTo, scene, services, sessions, writes } from './scene.js';

let agent: ConsulAgent;
beforeAll(async () => void (agent = await startConsul()));
afterAll(() => agent.stop());
const connected = (more = {}) => ({ port: agent.port, ...more });
const text = ({ Value }: Raw) => Buffer.from(Value, 'base64').toString();

describe('what is in the store', () => {
  it('is a queue key beside a lock that names it, whose index is the token', async () => {
    const { backend, lease, key, claim, hold } = await scene(connected());
    const one = claim('one', { value: 'here' });
    const { token } = await hold(one);
    const [lock, own] = await keys(agent, `${key}/`);
    expect(own?.Key).toBe(`${key}/${lease.id}.${one.nonce}`);
    expect(JSON.parse(text(own!))).toEqual({ id: 'one', value: 'here', kind: 'exclusive' });
    expect(lock).toMatchObject({ Key: `${key}/.lock`, Session: lease.id, ModifyIndex: Number(token) });
    expect(text(lock!)).toBe(`${lease.id}.${one.nonce}`);
    await backend.close();
  });

  it('carries the flag of the stock tools exactly', async () => {
    const { backend, key, claim, hold } = await scene(connected());
    await hold(claim('one'));
    const response = await fetch(`${agent.url}/v1/kv/${key}/.lock`);
    expect(await response.text()).toContain('"Flags": 3304740253564472344,');
    await backend.close();
  });

  it('keeps the token through two updates, for holder and observers', async () => {
    const { backend, key, claim, hold, holder } = await scene(connected());
    const tenure = await hold(claim('one', { value: 'a' }));
    for (const value of ['b', 'c']) await done(backend.update(tenure, value));
    expect(await holder()).toEqual({ id: 'one', value: 'c', token: tenure.token });
    expect((await keys(agent, `${key}/.lock`))[0]?.ModifyIndex).toBe(Number(tenure.token));
    await backend.close();
  });

  it('is not touched by another claim of the same session, whether it waits or not', async () => {
    const { backend, lease, key, claim, hold, holder } = await scene(connected());
    const { token } = await hold(claim('one'));
    const waiting = backend.acquire(lease, claim('two')).subscribe();
    expect(await codeOf(backend.acquire(lease, claim('three', { wait: false })))).toBe('HELD');
    await until('queued', async () => (await keys(agent, `${key}/`)).length === 3);
    expect(await holder()).toMatchObject({ id: 'one', token });
    waiting.unsubscribe();
    await backend.close();
  });

  it('is put under the prefix', async () => {
    const { backend, key, claim, hold } = await scene(connected({ prefix: 'some/where/' }));
    await hold(claim('one'));
    expect((await keys(agent, `some/where/${key}/`)).length).toBe(2);
    await backend.close();
  });

  it('is nothing after close: no key, session, service or check', async () => {
    const [one, two] = [
      await scene(connected(), { key: 'closed' }),
      await scene(connected({ liveness: 'session' }), { key: 'closed-2' }),
    ];
    await one.hold(one.claim('one'));
    await two.hold(two.claim('two'));
    await Promise.all([one, two].map(({ backend }) => backend.close()));
    expect([await keys(agent, 'closed'), await sessions(agent), await services(agent)]).toEqual([[], [], []]);
    expect(Object.keys(await ask<object>(agent, '/agent/checks'))).toEqual([]);
  });
});

describe('liveness', () => {
  const session = async (id: string) => (await ask<Record<string, unknown>[]>(agent, `/session/info/${id}`))[0];

  it('is a check of ttl bound to a service, and a session of at least 10 s that hangs on nothing else', async () => {
    const { backend, lease } = await scene(connected(), { ttl: 1_000 });
    expect(lease.ttl).toBe(1_000);
    const [service] = await services(agent);
    expect(await session(lease.id)).toMatchObject({
      TTL: '10000ms',
      LockDelay: 0,
      Behavior: 'delete',
      NodeChecks: [],
      ServiceChecks: [{ ID: service }],
    });
    await backend.close();
  });

  it('with nodeHealth hangs on serfHealth too, and grants at most 3 s', async () => {
    const { backend, lease } = await scene(connected({ nodeHealth: true }));
    expect(lease.ttl).toBe(3_000);
    expect(await session(lease.id)).toMatchObject({ NodeChecks: ['serfHealth'] });
    await backend.close();
  });

  it("by 'session' registers nothing", async () => {
    const { backend, lease } = await scene(connected({ liveness: 'session', lockDelay: '1500ms' }));
    expect(await services(agent)).toEqual([]);
    expect(await session(lease.id)).toMatchObject({ TTL: '10000ms', LockDelay: 1_500_000_000, NodeChecks: [], ServiceChecks: [] });
    await backend.close();
  });
});

describe('what it costs', () => {
  it('two requests and two writes to lock and release', async () => {
    const { backend, claim, hold, withdraw } = await scene(connected());
    const counted = requestsTo(agent.port);
    const before = await writes(agent);
    for (let i = 0; i < 20; i++) {
      const each = claim(String(i));
      await hold(each);
      await withdraw(each);
    }
    expect(counted.sent.filter((sent) => !sent.includes('/agent/self')).length).toBe(40);
    expect((await writes(agent)) - before).toBe(40);
    counted.stop();
    await backend.close();
  });

  it('no write for 50 idle beats', async () => {
    const { backend, lease } = await scene(connected(), { ttl: 1_000 });
    await done(backend.renew(lease));
    const before = await writes(agent);
    for (let i = 0; i < 50; i++) await done(backend.renew(lease));
    expect((await writes(agent)) - before).toBe(0);
    await backend.close();
  });

  it('one request to be refused', async () => {
    const { backend, lease, claim, hold } = await scene(connected());
    const other = await done(backend.grant(10_000));
    await hold(claim('one'));
    const counted = requestsTo(agent.port);
    expect(await codeOf(backend.acquire(other!, claim('two', { wait: false })))).toBe('HELD');
    expect(counted.sent).toEqual(['PUT /txn']);
    expect(await codeOf(backend.acquire(lease, claim('three', { wait: false })))).toBe('HELD');
    counted.stop();
    await backend.close();
  });
});

describe('what an administrator does', () => {
  const held = async () => {
    const stage = await scene(connected(), { ttl: 5_000 });
    const one = stage.claim('one');
    const tenure = await stage.hold(one);
    return { ...stage, one, tenure, name: `${stage.key}/${stage.lease.id}.${one.nonce}` };
  };
  it.each([
    ['deletes the lock', 'deleted', ({ key }: { key: string; name: string }) => ask(agent, `/kv/${key}/.lock`, 'DELETE')],
    ['deletes the claim', 'deleted', ({ name }: { key: string; name: string }) => ask(agent, `/kv/${name}`, 'DELETE')],
    ['overwrites the lock', 'overwritten', ({ key }: { key: string; name: string }) => ask(agent, `/kv/${key}/.lock`, 'PUT', 'mine')],
  ] as const)('%s: the claim is lost, %s, and nothing is left', async (_, reason, interfere) => {
    const stage = await held();
    const lost = firstValueFrom(stage.backend.monitor(stage.tenure)).catch((error: unknown) => error);
    await until('watched', async () => (await writes(agent)) > 0);
    await interfere(stage);
    expect(await lost).toMatchObject({ code: 'CLAIM_LOST', reason });
    await stage.withdraw(stage.one);
    await until('nothing left', async () => (await keys(agent, `${stage.key}/`)).length === 0);
    await stage.backend.close();
  });

  it('gives the lock to somebody else: taken', async () => {
    const [stage, other] = [await held(), await scene(connected())];
    const lost = firstValueFrom(stage.backend.monitor(stage.tenure)).catch((error: unknown) => error);
    await ask(agent, `/kv/${stage.key}/.lock`, 'DELETE');
    expect(await ask(agent, `/kv/${stage.key}/.lock?acquire=${other.lease.id}`, 'PUT', 'other')).toBe(true);
    expect(await lost).toMatchObject({ code: 'CLAIM_LOST', reason: 'taken' });
    await Promise.all([stage, other].map(({ backend }) => backend.close()));
  });

  it('destroys the session: lease and claim are lost', async () => {
    const { backend, lease, tenure } = await held();
    const lost = codeOf(backend.monitor(tenure));
    await ask(agent, `/session/destroy/${lease.id}`, 'PUT');
    expect(await lost).toBe('CLAIM_LOST');
    expect(await codeOf(backend.renew(lease))).toBe('LEASE_LOST');
    await backend.close();
  });

  it('deregisters the check: lease and claim are lost', async () => {
    const { backend, lease, tenure } = await held();
    const lost = codeOf(backend.monitor(tenure));
    const [service] = await services(agent);
    await ask(agent, `/agent/service/deregister/${service}`, 'PUT');
    expect(await lost).toBe('CLAIM_LOST');
    expect(await codeOf(backend.renew(lease))).toBe('LEASE_LOST');
    await backend.close();
  });

  it('destroys the session of one who waits: LEASE_LOST', async () => {
    const [first, stage] = [await held(), await scene(connected(), { ttl: 5_000 })];
    const waiting = codeOf(stage.backend.acquire(stage.lease, { ...stage.claim('two'), key: first.key }));
    await until('queued', async () => (await keys(agent, `${first.key}/`)).length === 3);
    await ask(agent, `/session/destroy/${stage.lease.id}`, 'PUT');
    expect(await waiting).toBe('LEASE_LOST');
    await Promise.all([stage, first].map(({ backend }) => backend.close()));
  });
});

describe('an older claim that shows when the lock is ours already', () => {
  it('goes first: the lock is given back before any tenure is told', async () => {
    const [older, { backend, lease, key, claim }] = [await scene(connected()), await scene(connected())];
    const place = `${key}/${older.lease.id}.older`;
    expect(await ask(agent, `/kv/${place}?acquire=${older.lease.id}`, 'PUT', { id: 'older', value: '', kind: 'exclusive' })).toBe(
      true,
    );
    expect(await codeOf(backend.acquire(lease, claim('no', { wait: false })))).toBe('HELD');
    expect((await keys(agent, `${key}/`)).map(({ Key }) => Key)).toEqual([place]);

    let told = false;
    const held = firstValueFrom(backend.acquire(lease, claim('one'))).then((tenure) => ((told = true), tenure));
    await until(
      'given back',
      async () => (await keys(agent, `${key}/`)).map(({ Key }) => Key.endsWith('.lock')).join() === 'false,false',
    );
    expect(told).toBe(false);
    await ask(agent, `/kv/${place}`, 'DELETE');
    expect(await held).toMatchObject({ id: 'one' });
    await Promise.all([older.backend, backend].map((each) => each.close()));
  });
});

describe('a release', () => {
  it('that comes twice, or late, spares the next tenure of the same session', async () => {
    const { backend, claim, hold, withdraw, holder } = await scene(connected());
    const [one, two] = [claim('one'), claim('two')];
    await hold(one);
    const twice = [withdraw(one), withdraw(one)];
    await Promise.all(twice);
    await hold(two);
    await withdraw(one);
    expect(await holder()).toMatchObject({ id: 'two' });
    await backend.close();
  });

  it('works where a lock that nobody holds was left', async () => {
    const { backend, lease, key, claim, hold, withdraw } = await scene(connected());
    await ask(agent, `/kv/${key}/.lock`, 'PUT', 'left');
    for (const wait of [true, false]) {
      const one = claim('one', { wait });
      await hold(one);
      await withdraw(one);
      await ask(agent, `/kv/${key}/.lock`, 'PUT', 'left');
    }
    expect(lease.ttl).toBe(10_000);
    await backend.close();
  });
});

it('never closes a client that it was given', async () => {
  const { default: Consul } = await import('consul');
  const client = new Consul({ port: agent.port });
  const backends = [consulBackend(client), consulBackend({ client, prefix: 'given/' })];
  for (const backend of backends) {
    const lease = await done(backend.grant(10_000));
    const { claim, hold } = on(backend, lease!, 'given');
    await hold(claim('one'));
    await backend.close();
  }
  expect(await client.kv.set('given', 'still')).toBe(true);
});
