import { Etcd3 } from 'etcd3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import locked from '../../src/compat/locked.js';
import { bundle } from '../acceptance/harness/bundle.js';
import { keys, leases } from '../acceptance/harness/leftovers.js';
import { quick } from '../acceptance/harness/servers.js';
import { Child } from '../servers/childProcess.js';
import { type EtcdNode, startEtcd } from '../servers/etcd.js';
import { until } from '../servers/until.js';

describe('compat/locked', () => {
  let etcd: EtcdNode;
  let path = '';
  const nodes: locked.LockedNode[] = [];
  beforeAll(async () => (etcd = await startEtcd(quick)));
  afterAll(() => etcd.stop());
  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((node) => node.stop()));
    expect(await keys(etcd)).toEqual([]);
    expect(await leases(etcd)).toEqual([]);
  });

  /** A node and what it said, in order. */
  const put = (options: Partial<locked.LockedOptions> = {}, hosts: locked.Hosts = etcd.host) => {
    const node = locked(hosts)({ path: (path ||= `/lock-${crypto.randomUUID()}`), value: 'apples', ttl: 1, ...options });
    const said: unknown[][] = [];
    (['change', 'select', 'deselect', 'refresh', 'ping', 'error'] as const).forEach((name) =>
      node.on(name, (...what: unknown[]) => said.push([name, ...what])),
    );
    nodes.push(node);
    const heard = (name: string, count = 1) =>
      until(`${count} ${name}: ${JSON.stringify(said.slice(-5))}`, () => said.filter(([each]) => each === name).length >= count);
    const of = (...names: string[]) => said.filter(([name]) => names.includes(String(name)));
    return { node, said, heard, of };
  };
  afterEach(() => void (path = ''));

  it('does what the manual shows: change, select, ping, and refresh at least every ttl / 2', async () => {
    const { node, said, heard } = put({ id: 'node1', value: 10 });
    node.start();
    await heard('refresh', 5);
    expect(said.slice(0, 3)).toEqual([
      ['change', '10', 'node1'],
      ['select', '10', 'node1'],
      ['ping', '10', 'node1'],
    ]);
    expect(new Set(said.slice(3).map((each) => each.join()))).toEqual(new Set(['refresh,10,node1', 'ping,10,node1']));
    expect([node.id(), node.value(), node.localid(), node.localvalue(), node.localdata(), node.isSelected()]).toEqual([
      ...['node1', '10', 'node1', 10, 'node1:::10', true],
    ]);
  });

  it('hands over at once on stop, and says deselect once', async () => {
    const [one, other] = [put({ id: 'node1' }), put({ id: 'node2', value: 'pears' })];
    one.node.start();
    await one.heard('select');
    other.node.start();
    await other.heard('ping', 2);
    expect([other.node.id(), other.node.value(), other.node.isSelected()]).toEqual(['node1', 'apples', false]);
    const begun = performance.now();
    await one.node.stop();
    expect(one.said.at(-1)).toEqual(['deselect']);
    await other.heard('select');
    expect(performance.now() - begun).toBeLessThan(900); // no ttl had to run out
    await other.heard('ping', 4);
    expect(one.of('select', 'deselect')).toEqual([['select', 'apples', 'node1'], ['deselect']]);
    const turned = other.said.slice(other.said.findIndex(([name, , id]) => name === 'change' && id === 'node2'));
    expect(turned.slice(0, 3).map(([name]) => name)).toEqual(['change', 'select', 'ping']);
    expect([one.node.id(), one.node.isSelected()]).toEqual([null, false]);
  });

  it('keeps the order change, select, ping at every hand-over', async () => {
    const all = Array.from({ length: 6 }, (_, i) => put({ id: `node${i}`, value: i }));
    all.forEach(({ node }) => node.start());
    for (let round = 0; round < all.length; round++) {
      const { node, said } = await until('a leader', () => all.find(({ node }) => node.isSelected()));
      const id = String(node.localid());
      await until('its ping', () => said.some(([name, , who]) => name === 'ping' && who === id));
      const own = said.filter(([name, , who]) => who === id && name !== 'refresh').map(([name]) => name);
      expect(own.slice(0, 3)).toEqual(['change', 'select', 'ping']);
      await node.stop();
    }
  });

  it('says deselect once when the lease is revoked, and stands again by itself', async () => {
    const { node, said, heard } = put();
    node.start();
    await heard('select');
    await etcd.etcdctl('lease', 'revoke', (await leases(etcd))[0]!);
    await heard('select', 2);
    expect(said.filter(([name]) => name === 'select' || name === 'deselect').map(([name]) => name)).toEqual([
      ...['select', 'deselect', 'select'],
    ]);
  });

  it('starts once however often it is told to, calls back once, and starts again after stop', async () => {
    const { node, of, heard } = put();
    const called: unknown[] = [];
    node.start(() => called.push(of('select').length));
    node.start();
    await heard('ping', 3);
    expect(called).toEqual([1]);
    expect(of('select')).toHaveLength(1);
    await node.stop();
    await node.stop();
    node.start(() => called.push('again'));
    await heard('select', 2);
    await heard('refresh', 2);
    expect(called).toEqual([1, 'again']);
  });

  it('makes an id where there is none, and takes 0 as a value', async () => {
    const { node, heard, said } = put({ value: 0 });
    expect(String(node.localid())).toMatch(/\w{8,}/);
    node.start();
    await heard('select');
    expect(said[0]).toEqual(['change', '0', node.localid()]);
    expect([node.localvalue(), node.value(), node.localdata()]).toEqual([0, '0', `${node.localid()}:::0`]);
  });

  it('takes a path and options, and every way to name hosts', async () => {
    const down = '127.0.0.1:1';
    const ways: locked.Hosts[] = [`http://${etcd.host}/`, ` ${etcd.host} , ${down}`, [etcd.host], { _hosts: [`http://${etcd.host}`] }];
    const client = new Etcd3({ hosts: etcd.host });
    for (const hosts of [...ways, client]) {
      const node = locked(hosts)(`/way-${crypto.randomUUID()}`, { value: 'apples', ttl: 1 });
      nodes.push(node);
      const selected = new Promise((resolve) => node.on('select', resolve));
      node.start();
      expect(await selected).toBe('apples');
      await node.stop();
    }
    expect(await client.get('nothing').string()).toBe(null); // still open
    client.close();
  });

  it.each([
    ['path', { value: 1 }],
    ['value', { path: '/master' }],
    ['value', { path: '/master', value: '' }],
  ])('throws at once without a %s', (name, options) => {
    expect(() => locked()(options as locked.LockedOptions)).toThrow(`${name} must be specified`);
  });

  it.each([
    ['an unusable scheme', 'tcp://127.0.0.1:4001', {}, /^Error: Invalid protocol: tcp:$/],
    ['a ttl that cannot work', '127.0.0.1:4001', { ttl: 0.1 }, /ttl must be from 1000/],
  ])('tells %s after start, to a listener that comes later as well', async (_, hosts, options, message) => {
    const node = locked(hosts)({ path: '/master', value: 1, ...options });
    node.start();
    const error = await new Promise((resolve) => node.on('error', resolve));
    expect(String(error)).toMatch(message);
    expect([node.id(), node.isSelected()]).toEqual([null, false]);
  });

  it('tells connection trouble, and keeps trying until etcd is there', async () => {
    const own = await startEtcd(quick);
    const { node, heard, of } = put({}, own.host);
    await own.kill();
    const silent = locked(own.host)({ path: '/silent', value: 1, ttl: 1 }); // nobody listens, and nothing crashes
    silent.start();
    nodes.push(silent);
    node.start();
    await heard('error', 3);
    expect(of('select')).toEqual([]);
    await own.restart();
    await heard('select');
    await until('the silent one', () => silent.isSelected());
    await Promise.all([node.stop(), silent.stop()]);
    await own.stop();
  });

  it('lets the process exit by itself after stop, and after an unusable scheme', async () => {
    const program = await bundle(new URL('./lockedProgram.ts', import.meta.url));
    const child = new Child(process.execPath, [program, etcd.host]);
    await child.saw(/stopped/);
    const begun = performance.now();
    expect(await child.exited, child.output).toBe(0);
    expect(performance.now() - begun).toBeLessThan(2_000);
    expect(child.output).toMatch(/selected[^]*Invalid protocol: tcp:[^]*stopped/);
  });
});
