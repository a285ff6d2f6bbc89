import { firstValueFrom } from 'rxjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ConsulAgent, startConsul } from '../../servers/consul.js';
import { startProxy } from '../../servers/faultProxy.js';
import { until } from '../../servers/until.js';
import { ask, codeOf, done, keys, requestsTo, scene } from './scene.js';

let agent: ConsulAgent;
beforeAll(async () => void (agent = await startConsul()));
afterAll(() => agent.stop());
const open: (() => Promise<unknown>)[] = [];
afterEach(async () => void (await Promise.all(open.splice(0).map((close) => close()))));

async function client(more: object = {}) {
  const stage = await scene({ port: agent.port, ...more });
  open.push(() => stage.backend.close());
  return stage;
}

describe('consul lock', () => {
  it('waits for us', async () => {
    const { key, claim, hold, withdraw } = await client();
    const one = claim('one');
    await hold(one);
    const tool = agent.spawnConsul('lock', key, 'echo in');
    await until('its session', async () => (await ask<unknown[]>(agent, '/session/list')).length === 2);
    expect(tool.output).not.toContain('in\n');
    await withdraw(one);
    await tool.saw(/in\n/);
    expect(await tool.exited).toBe(0);
  });

  it('is waited for, and shown as a holder, whom its session names', async () => {
    const { key, claim, hold, holder, backend, lease } = await client();
    const tool = agent.spawnConsul('lock', '-child-exit-code', key, 'echo in; exec sleep 60');
    await tool.saw(/in\n/);
    const [lock] = await keys(agent, `${key}/.lock`);
    expect(await holder()).toMatchObject({ id: lock!.Session, token: BigInt(lock!.ModifyIndex) });
    expect(await codeOf(backend.acquire(lease, claim('no', { wait: false })))).toBe('HELD');
    const mine = hold(claim('one'), 20_000);
    tool.signal('SIGTERM');
    expect(await mine).toMatchObject({ id: 'one' });
  });

  it('-n 2 is refused our key visibly, and does no harm', async () => {
    const { key, claim, hold, holder } = await client();
    await hold(claim('one'));
    const tool = agent.spawnConsul('lock', '-n', '2', key, 'echo in');
    expect(await tool.exited).not.toBe(0);
    expect(tool.output).toMatch(/conflict|does not match/i);
    expect(await holder()).toMatchObject({ id: 'one' });
  });
});

describe('a lock delay', () => {
  it('is waited for without hammering', async () => {
    const [first, second] = [await client({ lockDelay: '3s' }), await client()];
    await first.hold(first.claim('one'));
    const counted = requestsTo(agent.port);
    const two = firstValueFrom(second.backend.acquire(second.lease, { ...second.claim('two'), key: first.key }));
    await until('queued', async () => (await keys(agent, `${first.key}/`)).length === 3);
    await ask(agent, `/session/destroy/${first.lease.id}`, 'PUT');
    const begun = performance.now();
    await two;
    expect(performance.now() - begun).toBeGreaterThan(2_900);
    expect(performance.now() - begun).toBeLessThan(3_800);
    expect(counted.sent.filter((sent) => sent === 'PUT /txn').length).toBeLessThan(16);
    counted.stop();
  });

  it('does not follow a release, nor a lease that is given back after it', async () => {
    const proxy = await startProxy({ target: `127.0.0.1:${agent.port}` });
    const [first, second] = [await client({ port: proxy.port, lockDelay: '10s' }), await client()];
    open.push(() => proxy.close());
    const one = first.claim('one');
    await first.hold(one);
    const late = proxy.hold((chunk) => chunk.includes('/v1/txn'));
    void late.caught.then(() => setTimeout(() => late.letGo(), 50)); // time enough for a revocation that does not wait
    await Promise.all([done(first.backend.withdraw(first.lease, one)), done(first.backend.revoke(first.lease))]);
    await second.hold({ ...second.claim('two'), key: first.key }, 2_000);
  });

  it('is HELD to who does not wait', async () => {
    const [first, second] = [await client({ lockDelay: '10s' }), await client()];
    await first.hold(first.claim('one'));
    await ask(agent, `/session/destroy/${first.lease.id}`, 'PUT');
    expect(await codeOf(second.backend.acquire(second.lease, { ...second.claim('two'), key: first.key, wait: false }))).toBe('HELD');
  });
});
