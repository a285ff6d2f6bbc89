import { Etcd3 } from 'etcd3';
import { firstValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type EtcdOptions, etcdBackend } from '../../../src/backends/etcd/index.js';

const made = (options: unknown) => () => void etcdBackend(options as EtcdOptions).close();
const PEM = '-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----';

describe('etcdBackend checks its options at once, and says what to do', () => {
  it.each([
    ['hosts', { hosts: '' }, /hosts must name at least one server/],
    ['hosts', { hosts: [] }, /hosts must name at least one server/],
    ['hosts', {}, /hosts must name at least one server/],
    ['a host without a port', { hosts: '127.0.0.1' }, /host:port.*"127.0.0.1"/],
    ['a port out of range', { hosts: 'localhost:99999' }, /host:port/],
    ['a path', { hosts: 'localhost:2379/v3' }, /host:port/],
    ['another scheme', { hosts: 'ftp://localhost:2379' }, /host:port/],
    ['schemes that are mixed', { hosts: 'https://a:1,b:2' }, /scheme https, or none/],
    [
      'http with credentials',
      { hosts: 'http://a:1', credentials: { rootCertificate: PEM } },
      /credentials.rootCertificate|scheme http/,
    ],
    ['a PEM that does not parse', { hosts: 'a:1', credentials: { rootCertificate: PEM } }, /credentials.rootCertificate must be PEM/],
    ['a key without its certificate', { hosts: 'a:1', credentials: { privateKey: 'x' } }, /belong together/],
    ['an unknown name', { hosts: 'a:1', host: 'b:1' }, /Unknown option "host": there are hosts, auth/],
    ['an unknown name of auth', { hosts: 'a:1', auth: { user: 'u', username: 'u', password: 'p' } }, /Unknown option of auth "user"/],
    ['no user', { hosts: 'a:1', auth: { username: '', password: 'p' } }, /auth.username/],
    ['a prefix that is no text', { hosts: 'a:1', prefix: 1 }, /prefix must be a string/],
    ['something else', 'localhost:2379', /takes \{ hosts \}/],
    ['a namespace', { client: new Etcd3({ hosts: 'a:1' }).namespace('x') }, /client must be an Etcd3/],
    ['options beside a client', { client: new Etcd3({ hosts: 'a:1' }), hosts: 'a:1' }, /Unknown option beside client "hosts"/],
  ])('%s: %j', (_, options, message) => {
    expect(made(options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTIONS', message: expect.stringMatching(message) }));
  });

  it.each(['a:1', 'a:1,b:2', ['a:1', 'http://b:2'], 'https://a:1', '[::1]:2379', ' a:1 , b:2/'])('takes %j', (hosts) => {
    expect(made({ hosts })).not.toThrow();
  });
});

describe('what the store could not hold is refused at once', () => {
  const lease = { id: '4000000000000001', ttl: 10_000 };
  const claim = { key: 'k', id: 'i', nonce: 'n' };

  it.each([
    ['an empty key', { key: '' }, /key must not be empty/],
    ['a long key', { key: 'ü'.repeat(2_100) }, /key must have at most 4096 bytes, but has 4200/],
    ['a long id', { id: 'x'.repeat(5_000) }, /id must have at most 4096 bytes/],
    ['a long value', { value: 'x'.repeat(1_048_577) }, /value must have at most 1048576 bytes/],
  ])('%s', async (_, more, message) => {
    const backend = etcdBackend({ hosts: '127.0.0.1:1' });
    await expect(firstValueFrom(backend.acquire(lease, { ...claim, ...more }))).rejects.toMatchObject({
      code: 'INVALID_OPTIONS',
      message: expect.stringMatching(message),
    });
  });
});
