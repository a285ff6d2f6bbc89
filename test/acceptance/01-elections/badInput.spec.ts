import { ignoreElements, timeout } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { etcdBackend } from '../../../src/backends/etcd/index.js';
import { type ElectionEvent, type TenureError, election, isTenureError } from '../../../src/index.js';
import { makeCertificates } from '../../servers/certificates.js';
import { type EtcdNode, startEtcd } from '../../servers/etcd.js';
import { startProxy } from '../../servers/faultProxy.js';
import { until } from '../../servers/until.js';
import { stands } from '../harness/candidates.js';
import { now } from '../harness/clock.js';
import { say } from '../harness/figures.js';
import { expectNothingLeft, keys, leases } from '../harness/leftovers.js';
import { Recording } from '../harness/recording.js';

type EtcdOptions = Extract<Parameters<typeof etcdBackend>[0], { hosts: unknown }>;

const thrown = (build: () => unknown): TenureError | undefined => {
  try {
    build();
  } catch (error) {
    if (isTenureError(error)) return error;
    throw error;
  }
  return undefined;
};
/** What an election fails with, fatally. */
const failure = (options: EtcdOptions, key = 'some/key') => {
  const backend = etcdBackend(options);
  return new Promise<TenureError>((resolve, reject) => {
    const told$ = election(backend, { key, ttl: 2_000 }).isSelected$.pipe(ignoreElements(), timeout(15_000));
    told$.subscribe({ error: resolve, complete: () => reject(new Error('It completed.')) });
  }).finally(() => backend.close());
};
const failures = (events: Recording<ElectionEvent>) =>
  events.values.flatMap((event) => (event.type === 'error' ? [event.error as TenureError] : []));

describe('hosts that name no server', () => {
  const wrong: [unknown, RegExp][] = [
    ['', /hosts/],
    [[], /hosts/],
    [' , ', /hosts/],
    ['127.0.0.1', /127\.0\.0\.1.*port|port.*127\.0\.0\.1/],
    ['localhost', /localhost/],
    ['http://localhost', /localhost/],
    ['127.0.0.1:99999', /99999/],
    ['127.0.0.1:0', /:0/],
    ['127.0.0.1:http', /127\.0\.0\.1:http/],
    ['not a host:2379', /not a host/],
    ['/path', /\/path/],
    ['http://127.0.0.1:2379/path', /path/],
    ['ftp://127.0.0.1:2379', /ftp/],
    [['127.0.0.1:2379', '127.0.0.1'], /127\.0\.0\.1/],
    [['http://127.0.0.1:2379', 'https://127.0.0.1:2381'], /http/],
    [undefined, /hosts/],
    [42, /hosts/],
  ];
  it.each(wrong)('%j is refused when built', (hosts, message) => {
    const error = thrown(() => etcdBackend({ hosts } as EtcdOptions));
    expect(error).toMatchObject({ code: 'INVALID_OPTIONS', retryable: false });
    expect(error?.message).toMatch(message);
  });

  it('accepts a string, a comma list and an array', async () => {
    for (const hosts of [
      '127.0.0.1:1',
      'http://127.0.0.1:1',
      '127.0.0.1:1, localhost:2',
      ['127.0.0.1:1', 'host.example:2379'],
      '[::1]:2379',
    ]) {
      await etcdBackend({ hosts }).close();
    }
  });
});

describe('credentials', () => {
  let certificates: Awaited<ReturnType<typeof makeCertificates>>;
  let etcd: EtcdNode;
  beforeAll(async () => {
    certificates = await makeCertificates();
    etcd = await startEtcd({ tls: { ...certificates, mutual: true } });
  });
  afterAll(async () => {
    await etcd.stop();
    certificates.remove();
  });

  it('do not go with http://', () => {
    const error = thrown(() => etcdBackend({ hosts: 'http://127.0.0.1:2379', credentials: { rootCertificate: certificates.ca } }));
    expect(error).toMatchObject({ code: 'INVALID_OPTIONS' });
    expect(error?.message).toMatch(/http/);
  });

  it.each(['rootCertificate', 'privateKey', 'certChain'] as const)('%s that is no PEM is refused when built', (part) => {
    const good = { rootCertificate: certificates.ca, privateKey: certificates.client.key, certChain: certificates.client.cert };
    const error = thrown(() => etcdBackend({ hosts: etcd.host, credentials: { ...good, [part]: Buffer.from('not a certificate') } }));
    expect(error).toMatchObject({ code: 'INVALID_OPTIONS' });
    expect(error?.message).toMatch(new RegExp(part));
  });

  it('that fit elect over TLS', async () => {
    const credentials = { rootCertificate: certificates.ca, privateKey: certificates.client.key, certChain: certificates.client.cert };
    const mine = stands('', { key: 'secure', ttl: 2_000 }, etcdBackend({ hosts: etcd.host, credentials }));
    await mine.leads();
    await mine.leave();
    await expectNothingLeft(etcd, certificates);
  });

  it('that are missing: events$ says so, and what to look at', async () => {
    const backend = etcdBackend({ hosts: etcd.host });
    const mine = election(backend, { key: 'insecure', ttl: 2_000 });
    const events = new Recording(mine.events$);
    const selected = new Recording(mine.isSelected$);
    await until('an error', () => failures(events).length > 0);
    expect(failures(events)[0]).toMatchObject({ code: 'BACKEND_UNAVAILABLE', retryable: true });
    expect(failures(events)[0]?.message).toContain(etcd.host);
    selected.stop();
    events.stop();
    await mine.stop();
    await backend.close();
    await expectNothingLeft(etcd, certificates);
  });
});

describe('authentication', () => {
  let etcd: EtcdNode;
  beforeAll(async () => {
    etcd = await startEtcd({ auth: { password: 'right' } });
    await etcd.etcdctl('user', 'add', 'limited:secret');
    await etcd.etcdctl('role', 'add', 'allowed');
    await etcd.etcdctl('role', 'grant-permission', 'allowed', 'readwrite', 'allowed/', '--prefix');
    await etcd.etcdctl('user', 'grant-role', 'limited', 'allowed');
  });
  afterAll(() => etcd.stop());
  const limited = { username: 'limited', password: 'secret' };

  it.each([
    ['wrong password', { username: 'root', password: 'wrong' }, /password/],
    ['unknown user', { username: 'nobody', password: 'right' }, /user/],
    ['no user', undefined, /auth/],
  ])('%s: denied, and what to mend', async (_, auth, message) => {
    const error = await failure({ hosts: etcd.host, ...(auth && { auth }) });
    expect(error).toMatchObject({ code: 'DENIED', retryable: false });
    expect(error.message).toMatch(message);
    expect(await keys(etcd)).toEqual([]);
    await until('no lease', async () => (await leases(etcd)).length === 0);
  });

  it('denied key: its election fails, the others go on, and so do their watches', async () => {
    const backend = etcdBackend({ hosts: etcd.host, auth: limited });
    const denied = election(backend, { key: 'denied/one', ttl: 2_000 });
    const events = new Recording(denied.events$);
    const leader = new Recording(denied.leader$);
    await until('the watch is denied', () => leader.error);
    expect(leader.error).toMatchObject({ code: 'DENIED', retryable: false });
    const refused = new Recording(denied.isSelected$);
    await until('the election is denied', () => refused.error);
    expect(refused.error).toMatchObject({ code: 'DENIED' });
    expect((refused.error as Error).message).toMatch(/grant/);

    const first = stands('', { key: 'allowed/one', id: 'first', value: 'first', ttl: 10_000 }, backend);
    await first.leads();
    const second = stands(
      etcd.host,
      { key: 'allowed/one', id: 'second', ttl: 10_000 },
      etcdBackend({ hosts: etcd.host, auth: limited }),
    );
    const seen = new Recording(second.mine.leader$);
    await seen.until('the leader is seen', (it) => it?.value === 'first');
    await until('two in the queue', async () => (await keys(etcd, 'allowed/one/')).length === 2);
    const left = now();
    first.selected.stop();
    await first.mine.stop();
    const { at } = await second.leads();
    say('one watch denied, another one in use', { 'hand-over': at - left });
    expect(at - left).toBeLessThan(1_000); // by the watch, not by the re-read at ttl / 5
    seen.stop();
    events.stop();
    await second.leave();
    await backend.close();
    expect(await keys(etcd)).toEqual([]);
    await until('no lease', async () => (await leases(etcd)).length === 0);
  });

  it('goes on when the server forgets its tokens by a restart', async () => {
    const mine = stands('', { key: 'allowed/restarted', ttl: 10_000 }, etcdBackend({ hosts: etcd.host, auth: limited }));
    await mine.leads();
    await etcd.kill();
    await etcd.restart();
    const events = new Recording(mine.mine.events$);
    await events.until('a renewal', ({ type }) => type === 'refresh');
    expect(mine.selected.values).toEqual([false, true]);
    events.stop();
    await mine.leave();
  });
});

describe('the server', () => {
  it('of another cluster in the list: fatal, naming both', { timeout: 60_000 }, async () => {
    const [one, other] = await Promise.all([startEtcd(), startEtcd()]);
    const error = await failure({ hosts: [one.host, other.host] });
    expect(error).toMatchObject({ code: 'INVALID_OPTIONS', retryable: false });
    expect(error.message).toContain(one.host);
    expect(error.message).toContain(other.host);
    await Promise.all([one, other].map((etcd) => expectNothingLeft(etcd)));
    await Promise.all([one.stop(), other.stop()]);
  });

  it('absent at the start: events$ says so, and it elects when the server has come', async () => {
    const etcd = await startEtcd();
    await etcd.kill();
    const backend = etcdBackend({ hosts: etcd.host });
    const mine = election(backend, { key: 'late', ttl: 2_000 });
    const events = new Recording(mine.events$);
    const selected = new Recording(mine.isSelected$);
    await events.until('several retries', ({ type }) => type === 'retry');
    await until('three retries', () => events.values.filter(({ type }) => type === 'retry').length >= 3);
    expect(failures(events)[0]).toMatchObject({ code: 'BACKEND_UNAVAILABLE', retryable: true });
    expect(failures(events)[0]?.message).toContain(etcd.host);
    expect(selected.values).toEqual([false]);
    await etcd.restart();
    const ready = now();
    const { at } = await selected.until('it leads', Boolean);
    say('server absent at the start', { 'ready to true': at - ready });
    selected.stop();
    events.stop();
    await mine.stop();
    await backend.close();
    await expectNothingLeft(etcd);
    await etcd.stop();
  });

  it('wiped while leading: it loses, stands again and leads', { timeout: 60_000 }, async () => {
    const etcd = await startEtcd();
    for (let i = 0; i < 3; i++) await etcd.etcdctl('put', `before/${i}`, 'x'); // so that the revision goes back
    const mine = stands(etcd.host, { key: 'wiped', id: 'mine', value: 'mine', ttl: 5_000 });
    await mine.leads();
    const backend = etcdBackend({ hosts: etcd.host });
    const watching = election(backend, { key: 'wiped', ttl: 5_000 });
    const seen = new Recording(watching.leader$);
    const first = await seen.until('the leader is seen', Boolean);
    const wiped = now();
    await etcd.kill();
    await etcd.restart({ keepData: false });
    const lost = await mine.loses(2);
    const again = await mine.leads(3);
    await seen.until('the new leader is seen', (it) => it !== null && it.token !== first.value?.token, { timeout: 10_000 });
    say('server wiped while leading', { 'to false': lost.at - wiped, 'to true again': again.at - wiped });
    expect(await keys(etcd, 'wiped/')).toHaveLength(1);
    seen.stop();
    await backend.close();
    await mine.leave();
    await expectNothingLeft(etcd);
    await etcd.stop();
  });

  it('full (NOSPACE): who leads goes on and can release, who stands is told what to do', { timeout: 60_000 }, async () => {
    const etcd = await startEtcd({ args: ['--quota-backend-bytes=2000000'] });
    const leader = stands(etcd.host, { key: 'full', id: 'leader', ttl: 2_000 });
    const events = new Recording(leader.mine.events$);
    await leader.leads();
    for (let i = 0; !(await etcd.etcdctl('alarm', 'list')).includes('NOSPACE'); i++) {
      await etcd.etcdctl('put', 'filler', String(i).padEnd(100_000, 'x')).catch(() => undefined);
    }
    const from = events.told.length;
    await events.until('a renewal', ({ type }) => type === 'refresh', { from });
    expect(leader.mine.isSelected()).toBe(true);

    const next = stands(etcd.host, { key: 'full', id: 'next', ttl: 2_000 });
    const told = new Recording(next.mine.events$);
    await until('an error', () => failures(told).length > 0);
    expect(failures(told)[0]).toMatchObject({ code: 'BACKEND_UNAVAILABLE', retryable: true });
    expect(failures(told)[0]?.message).toMatch(/NOSPACE.*defrag.*alarm disarm/s);
    await leader.leave();
    expect(await keys(etcd, 'full/')).toEqual([]);

    const revision = /"revision":(\d+)/.exec(await etcd.etcdctl('get', 'none', '--write-out=json'))?.[1] ?? '';
    await etcd.etcdctl('compaction', revision);
    await etcd.etcdctl('defrag');
    await etcd.etcdctl('alarm', 'disarm');
    await next.leads();
    told.stop();
    events.stop();
    await next.leave();
    await etcd.etcdctl('del', 'filler');
    await expectNothingLeft(etcd);
    await etcd.stop();
  });

  it('that is none: what answers is not etcd', async () => {
    const proxy = await startProxy({ target: '127.0.0.1:1' }); // accepts, and resets
    const backend = etcdBackend({ hosts: proxy.host });
    const mine = election(backend, { key: 'none', ttl: 2_000 });
    const events = new Recording(mine.events$);
    const selected = new Recording(mine.isSelected$);
    await until('an error', () => failures(events).length > 0);
    expect(failures(events)[0]).toMatchObject({ code: 'BACKEND_UNAVAILABLE', retryable: true });
    selected.stop();
    events.stop();
    await mine.stop();
    await backend.close();
    await until('no socket', () => proxy.connections() === 0, 2_000);
    await proxy.close();
  });
});
