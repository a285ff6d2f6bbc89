import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import consulLocker from '../../src/compat/consul-locker.js';
import { bundle } from '../acceptance/harness/bundle.js';
import { ask, keys, requestsTo, sessions } from '../backends/consul/scene.js';
import { makeCertificates } from '../servers/certificates.js';
import { Child } from '../servers/childProcess.js';
import { type ConsulAgent, startConsul } from '../servers/consul.js';
import { startProxy } from '../servers/faultProxy.js';
import { freePorts } from '../servers/ports.js';
import { until } from '../servers/until.js';

type Options = Partial<consulLocker.LockerOptions>;

/** A process that still runs consul-locker, as its requests look. */
const oldProcess = async (consul: ConsulAgent) => {
  const { ID } = await ask<{ ID: string }>(consul, '/session/create', 'PUT', { Name: 'resourceWriter', LockDelay: '0s' });
  return {
    ID,
    acquire: (key: string) => ask<boolean>(consul, `/kv/${key}?acquire=${ID}`, 'PUT', { pid: 1 }),
    release: (key: string) => ask<boolean>(consul, `/kv/${key}?release=${ID}`, 'PUT', ''),
    stop: () => ask(consul, `/session/destroy/${ID}`, 'PUT'),
  };
};

describe('compat/consul-locker', () => {
  let consul: ConsulAgent;
  let name = '';
  const all: consulLocker.ConsulLocker[] = [];
  beforeAll(async () => (consul = await startConsul()));
  afterAll(() => consul.stop());
  afterEach(async () => {
    await Promise.all(all.splice(0).map((locker) => locker.stop()));
    expect(await sessions(consul)).toEqual([]);
    expect((await keys(consul, name)).filter(({ Session }) => Session)).toEqual([]);
    name = '';
  });

  const create = (options: Options = {}, config: consulLocker.ConsulConfig = { port: consul.port }) => {
    const locker = consulLocker(config).create({ name: (name ||= `writer-${crypto.randomUUID()}`), ...options });
    all.push(locker);
    return locker;
  };
  const keyOf = (id: unknown) => `${name}/${String(id)}/lock`;
  const held = async (id: unknown) => (await keys(consul, keyOf(id)))[0]?.Session !== undefined;

  it('does what the manual shows: one locker has the lock, another is told so, until it is released', async () => {
    const [one, two] = [create(), create()];
    expect(await one.lock('someid')).toBe(true);
    await expect(two.lock('someid')).rejects.toThrow(/^Already locked$/);
    expect(await one.release('someid')).toBe(true);
    expect(await two.create('someid')).toBe(true);
  });

  // Its suite is not on npm: these are its cases, in our words.
  it('grants a lock to whoever asks first, however often, and denies it to others', async () => {
    const [one, two] = [create(), create()];
    const first = one.lock(123);
    await first;
    const results = await Promise.allSettled([first, one.lock(123), one.lock(123), two.lock(123), two.lock(123)]);
    expect(results.map(({ status }) => status)).toEqual([...['fulfilled', 'fulfilled', 'fulfilled'], ...['rejected', 'rejected']]);
  });
  it('grants it to one of two that ask at once, before either has a session', async () => {
    const [one, two] = [create(), create()];
    const asked = [one.lock(123), one.lock(123), one.lock(123), two.lock(123), two.lock(123)];
    const results = (await Promise.allSettled(asked)).map(({ status }) => status === 'fulfilled');
    expect([
      [true, true, true, false, false],
      [false, false, false, true, true],
    ]).toContainEqual(results);
  });

  it('writes what consul-locker wrote, with a session that has a ttl', async () => {
    const locker = create();
    await locker.lock('a');
    const [key] = await keys(consul, name);
    expect(key).toMatchObject({ Key: keyOf('a'), Session: locker.sessionId });
    expect(Buffer.from(key!.Value, 'base64').toString()).toBe(`{"pid":${process.pid}}`);
    const session = await locker.sessionInfo(locker.sessionId);
    expect(session).toMatchObject({ TTL: '10000ms', LockDelay: 0 });
    expect(session!.Name).toContain(name);
    expect(await locker.info('a')).toMatchObject({ Key: keyOf('a'), Value: `{"pid":${process.pid}}`, Session: locker.sessionId });
    expect(await locker.info('b')).toBeUndefined();
    expect(await locker.sessionInfo('00000000-0000-0000-0000-000000000000')).toBeUndefined();
  });

  it('excludes processes that still run consul-locker, and is excluded by them', async () => {
    const [locker, old] = [create(), await oldProcess(consul)];
    expect(await old.acquire(keyOf('a'))).toBe(true);
    await expect(locker.lock('a')).rejects.toThrow(/^Already locked$/);
    expect(await old.release(keyOf('a'))).toBe(true);
    expect(await locker.lock('a')).toBe(true);
    expect(await old.acquire(keyOf('a'))).toBe(false);
    await locker.release('a');
    expect(await old.acquire(keyOf('a'))).toBe(true);
    await old.stop();
  });

  it('has a keyspace for each name', async () => {
    const [one, two] = [create(), create({ name: `other-${crypto.randomUUID()}` })];
    expect(await Promise.all([one.lock(1), two.lock(1)])).toEqual([true, true]);
  });

  it('answers for a lock that is held without a request', async () => {
    const locker = create();
    await locker.lock('a');
    const requests = requestsTo(consul.port);
    expect(await Promise.all(Array.from({ length: 50 }, () => locker.lock('a')))).toEqual(Array(50).fill(true));
    requests.stop();
    expect(requests.sent.filter((request) => !/session|recurse/.test(request))).toEqual([]);
  });

  it('keeps its session alive', async () => {
    const locker = create();
    await locker.lock('a');
    const requests = requestsTo(consul.port);
    await until('a renewal', () => requests.sent.some((request) => request === `PUT /session/renew/${locker.sessionId}`));
    requests.stop();
  });

  it('says yes no longer when its session is gone, and has another one soon', async () => {
    const locker = create();
    const said: unknown[][] = [];
    locker.on('session.start', (id) => said.push(['start', id])).on('session.end', (id) => said.push(['end', id]));
    await locker.lock('a');
    const first = locker.sessionId;
    await ask(consul, `/session/destroy/${first}`, 'PUT');
    await until('the end of the first', () => said.length >= 2);
    const intruder = await oldProcess(consul);
    expect(await intruder.acquire(keyOf('a'))).toBe(true);
    await expect(locker.lock('a')).rejects.toThrow(/^Already locked$/);
    expect(said.slice(0, 3)).toEqual([
      ['start', first],
      ['end', first],
      ['start', locker.sessionId],
    ]);
    await intruder.stop();
    expect(await locker.lock('a')).toBe(true);
  });

  it('says yes no longer when its key is deleted', async () => {
    const locker = create();
    await locker.lock('a');
    await ask(consul, `/kv/${keyOf('a')}`, 'DELETE');
    const intruder = await oldProcess(consul);
    expect(await intruder.acquire(keyOf('a'))).toBe(true);
    await until('the loss', () => locker.lock('a').then(() => false, () => true), 5_000); // prettier-ignore
    await intruder.stop();
  });

  it('tells of each request, response and release', async () => {
    const [one, two] = [create(), create()];
    const said: unknown[] = [];
    const values: Promise<true>[] = [];
    one
      .on('lock.request', ({ key, value }) => said.push(['request', key, values.push(value) > 0]))
      .on('lock.response', (response) => said.push(response))
      .on('lock.release', (release) => said.push(release));
    const asked = one.lock('a');
    expect(values[0]).toBe(asked);
    await asked;
    await one.lock('a');
    await one.release('a');
    await two.lock('a');
    await expect(one.lock('a')).rejects.toThrow();
    const key = keyOf('a');
    expect(said).toEqual([['request', key, true], { key, value: true }, { key }, ['request', key, true], { key, value: false }]);
  });

  it('leaves nothing when it is released while it is being asked for, and takes it again in order', async () => {
    const locker = create();
    for (let round = 0; round < 20; round++) {
      const asked = locker.lock('a');
      const released = locker.release('a');
      const again = round % 2 ? locker.lock('a') : undefined;
      expect(await Promise.all([asked, released, again])).toEqual([true, true, again && true]);
      expect(await held('a')).toBe(again !== undefined);
      await Promise.all([locker.release('a'), locker.release('a')]); // a second one hits nobody
      expect(await held('a')).toBe(false);
    }
    await locker.release('never');
  });

  it('releases once: a late release spares the next holder', async () => {
    const [one, two] = [create(), create()];
    await one.lock('a');
    await Promise.all([one.release('a'), one.release('a')]);
    await two.lock('a');
    await one.release('a');
    expect(await held('a')).toBe(true);
    await expect(one.lock('a')).rejects.toThrow('Already locked');
  });

  it('undoes a lock that it was never told of', async () => {
    const proxy = await startProxy({ target: `127.0.0.1:${consul.port}` });
    const locker = create({}, { port: Number(proxy.host.split(':')[1]) });
    await locker.lock('warm');
    const cut = proxy.cutAfter((chunk) => chunk.includes('/txn') && chunk.includes('PUT'));
    const refused = locker.lock('a').catch((error: { code: string }) => error.code);
    await cut;
    expect(await refused).toBe('BACKEND_UNAVAILABLE');
    await until('nothing of it', async () => !(await held('a')));
    expect(await locker.lock('a')).toBe(true);
    await locker.stop();
    await proxy.close();
  });

  it('buffers what is asked before its session stands, and rejects all of it when the retries are used up', async () => {
    const [port = 0] = await freePorts(1);
    const locker = create({ maxRetries: 2, retryInterval: 0.1 }, { port });
    const begun = performance.now();
    const asked = [locker.lock(1), locker.lock(1), locker.lock(2), locker.release(3)];
    const results = await Promise.allSettled(asked);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled']);
    expect(performance.now() - begun).toBeGreaterThan(199);
    await expect(locker.lock(1)).rejects.toThrow('Locking session has ended');
    await expect(locker.release(1)).rejects.toThrow('Locking session has ended');
    await expect(locker.info(1)).rejects.toThrow('Locking session has ended');
  });

  it('stands as soon as the agent is there', async () => {
    const proxy = await startProxy({ target: `127.0.0.1:${consul.port}` });
    proxy.refuse();
    const locker = create({ retryInterval: 0.1 }, { port: proxy.host.split(':')[1] as string });
    const asked = locker.lock('a');
    await new Promise((resolve) => setTimeout(resolve, 250));
    await proxy.accept();
    expect(await asked).toBe(true);
    await locker.stop();
    await proxy.close();
  });

  it('gives everything up on stop, and starts again', async () => {
    const locker = create();
    await locker.lock('a');
    const ends: string[] = [];
    const id = locker.sessionId;
    locker.on('session.end', (id) => ends.push(id));
    await locker.stop();
    expect(ends).toEqual([id]);
    expect([await keys(consul, name), await sessions(consul)]).toEqual([[], []]);
    await expect(locker.lock('a')).rejects.toThrow('Locking session has ended');
    locker.start();
    locker.start();
    expect(await locker.lock('a')).toBe(true);
    expect(await sessions(consul)).toHaveLength(1);
  });

  it('speaks HTTPS, with a ca as text or bytes', async () => {
    const tls = await makeCertificates();
    const secure = await startConsul({ tls });
    for (const ca of [[tls.ca.toString()], [Buffer.from(tls.ca)]]) {
      const locker = create({}, { port: String(secure.port), secure: true, ca });
      expect(await locker.lock('a')).toBe(true);
      await locker.stop();
    }
    await secure.stop();
    tls.remove();
  });

  it('lets the process end, with a lock or without', async () => {
    const program = await bundle(new URL('./consulLockerProgram.ts', import.meta.url));
    const child = new Child(process.execPath, [program, String(consul.port)]);
    await child.saw(/locked/);
    const begun = performance.now();
    expect(await child.exited, child.output).toBe(0);
    expect(performance.now() - begun).toBeLessThan(3_000);
    for (const { ID } of await sessions(consul)) await ask(consul, `/session/destroy/${ID}`, 'PUT');
  });

  it.each([
    [{}, /name must be given/],
    [undefined, /name must be given/],
    [{ name: '' }, /name must be given/],
    [{ name: 'a', maxRetries: -1 }, /maxRetries must be a number from 0/],
    [{ name: 'a', retryInterval: NaN }, /retryInterval must be a number from 0/],
  ])('refuses %o at once', (options, message) => {
    expect(() => consulLocker().create(options as consulLocker.LockerOptions)).toThrow(message);
  });
});
