import { firstValueFrom, interval, mergeMap } from 'rxjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ConsulAgent, startConsul } from '../../servers/consul.js';
import { type FaultProxy, startProxy } from '../../servers/faultProxy.js';
import { until } from '../../servers/until.js';
import { type Scene, codeOf, done, keys, scene, services, sessions, writes } from './scene.js';

let agent: ConsulAgent;
beforeAll(async () => void (agent = await startConsul()));
afterAll(() => agent.stop());

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => void (await Promise.all(open.splice(0).map((each) => each.close()))));

/** A client behind a proxy, its lease granted. */
async function proxied(ttl = 2_000): Promise<Scene & { proxy: FaultProxy }> {
  const proxy = await startProxy({ target: `127.0.0.1:${agent.port}` });
  const stage = await scene({ port: proxy.port }, { ttl });
  open.push({ close: () => stage.backend.close().finally(() => proxy.close()) });
  return { ...stage, proxy };
}
const nothingLeft = (key: string) => until(`nothing left of ${key}`, async () => (await keys(agent, `${key}/`)).length === 0);
/** A request whose body, in base64 or not, speaks of this. */
const requestOf = (path: string) => (chunk: Buffer) => chunk.includes(` /v1${path}`);

describe.each(['reset', 'silence'] as const)('an answer that is lost by %s', (how) => {
  it('of a grant: it is undone, and nothing is left', async () => {
    const { backend, proxy, lease } = await proxied();
    await done(backend.revoke(lease));
    const cut = proxy.cutAfter(requestOf('/session/create'), { how, wait: 0 });
    expect(await codeOf(backend.grant(2_000))).toBe('BACKEND_UNAVAILABLE');
    await cut;
    await until('nothing left', async () => (await sessions(agent)).length === 0 && (await services(agent)).length === 0);
  });

  it('of a renewal: unknown, not lost', async () => {
    const { backend, proxy, lease } = await proxied();
    void proxy.cutAfter(requestOf('/session/renew'), { how, wait: 0 });
    expect(await codeOf(backend.renew(lease))).toBe('BACKEND_UNAVAILABLE');
    expect(await codeOf(backend.renew(lease))).toBe('completed');
  });

  it('of an acquisition: it is found, and held once', async () => {
    const { proxy, claim, hold, withdraw, key } = await proxied();
    const cut = proxy.cutAfter(requestOf('/txn'), { how, wait: 0 });
    const [one, before] = [claim('one'), await writes(agent)];
    const { token } = await hold(one);
    await cut;
    expect((await keys(agent, `${key}/.lock`))[0]?.ModifyIndex).toBe(Number(token));
    expect((await writes(agent)) - before).toBe(1);
    await withdraw(one);
    await nothingLeft(key);
  });

  it('of a release: the next try confirms it', async () => {
    const { backend, lease, proxy, claim, hold, withdraw, key } = await proxied();
    const one = claim('one');
    await hold(one);
    void proxy.cutAfter(requestOf('/txn'), { how, wait: 0 });
    expect(await codeOf(backend.withdraw(lease, one))).toBe('BACKEND_UNAVAILABLE');
    await withdraw(one);
    expect(await keys(agent, `${key}/`)).toEqual([]);
  });

  it('of an update: it is said once, and the next is not undone', async () => {
    const { backend, proxy, claim, hold, holder } = await proxied();
    const tenure = await hold(claim('one', { value: 'a' }));
    void proxy.cutAfter((chunk) => requestOf('/txn')(chunk) && chunk.includes('"cas"'), { how, wait: 0 });
    await Promise.all(['b', 'c'].map((value) => done(backend.update(tenure, value))));
    expect(await holder()).toMatchObject({ value: 'c', token: tenure.token });
  });
});

describe('a write that arrives after we have given up', () => {
  it('is waited for by the withdrawal, or swept at the next renewal', async () => {
    const { backend, proxy, lease, claim, key, withdraw } = await proxied(3_000);
    const held = proxy.hold(requestOf('/txn'));
    const one = claim('one');
    const waiting = backend.acquire(lease, one).subscribe();
    await held.caught;
    waiting.unsubscribe();
    const alive = interval(500)
      .pipe(mergeMap(() => backend.renew(lease)))
      .subscribe();
    await withdraw(one); // the request's own deadline has passed, and a read shows nothing
    expect(await keys(agent, `${key}/`)).toEqual([]);
    held.letGo();
    await until('the ghost', async () => (await keys(agent, `${key}/`)).length === 2);
    await until('swept, by a lease that lives', async () => {
      await done(backend.renew(lease));
      return (await keys(agent, `${key}/`)).length === 0;
    });
    alive.unsubscribe();
    expect(await codeOf(backend.renew(lease))).toBe('completed');
  });

  it('does not lock for a claim that has been found absent and repeated', async () => {
    const { proxy, claim, key, hold, withdraw, backend, lease } = await proxied(1_000);
    const held = proxy.hold(requestOf('/txn'));
    const one = claim('one');
    const { token } = await hold(one, 5_000);
    held.letGo();
    await done(backend.renew(lease));
    expect((await keys(agent, `${key}/.lock`))[0]?.ModifyIndex).toBe(Number(token));
    await withdraw(one);
    await nothingLeft(key);
  });
});

describe('a release that arrives after the same session took the key again', () => {
  it('spares the next tenure', async () => {
    const { backend, proxy, lease, claim, hold, withdraw, holder } = await proxied(1_000);
    const [one, two] = [claim('one'), claim('two')];
    await hold(one);
    const late = proxy.hold(requestOf('/txn'));
    expect(await codeOf(backend.withdraw(lease, one))).toBe('BACKEND_UNAVAILABLE');
    await withdraw(one);
    const { token } = await hold(two);
    const before = await writes(agent);
    late.letGo();
    await until('it has arrived', async () => (await writes(agent)) > before);
    expect(await holder()).toMatchObject({ id: 'two', token });
  });
});

describe('an update that arrives after a later one', () => {
  it('does not undo it', async () => {
    const { backend, proxy, claim, hold, holder } = await proxied();
    const tenure = await hold(claim('one', { value: 'a' }));
    const late = proxy.hold((chunk) => requestOf('/txn')(chunk) && chunk.includes('"cas"'));
    await Promise.all(['b', 'c'].map((value) => done(backend.update(tenure, value))));
    const before = await writes(agent);
    late.letGo();
    await until('it has arrived', async () => (await writes(agent)) > before);
    expect(await holder()).toMatchObject({ value: 'c', token: tenure.token });
  });
});

describe('a black hole', () => {
  it('is waited out: one write, no blind retry', async () => {
    const { backend, proxy, lease, claim, key } = await proxied(1_000);
    proxy.freeze();
    const before = await writes(agent);
    const held = firstValueFrom(backend.acquire(lease, claim('one')));
    await codeOf(backend.renew(lease));
    await codeOf(backend.renew(lease));
    proxy.reset();
    proxy.pass();
    await held;
    expect((await writes(agent)) - before).toBeLessThanOrEqual(2);
    expect((await keys(agent, `${key}/`)).length).toBe(2);
  });

  it('is no loss to a monitor, and an end of confirmations to a watcher, who hears the rest afterwards', async () => {
    const { backend, proxy, claim, hold, key } = await proxied(1_000);
    const tenure = await hold(claim('one'));
    const heard: (string | undefined)[] = [];
    const watching = backend.watch(key, { confirmEvery: 100 }).subscribe((leader) => heard.push(leader?.id));
    let lost: unknown;
    const monitoring = backend.monitor(tenure).subscribe({ error: (error: unknown) => (lost = error) });
    await until('watched', () => heard.length > 2);
    proxy.freeze();
    const before = heard.length;
    await codeOf(backend.renew(tenure.lease));
    await codeOf(backend.renew(tenure.lease));
    expect(heard.length).toBeLessThanOrEqual(before + 1);
    expect(lost).toBe(undefined);
    proxy.pass();
    await until('heard again', () => heard.length > before + 2);
    watching.unsubscribe();
    monitoring.unsubscribe();
  });

  it('fails the first read of a watch', async () => {
    const { backend, proxy, key } = await proxied();
    proxy.freeze();
    expect(await codeOf(backend.watch(key))).toBe('BACKEND_UNAVAILABLE');
    proxy.pass();
  });
});
