import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Certificates, makeCertificates } from '../../servers/certificates.js';
import { type EtcdNode, startEtcd } from '../../servers/etcd.js';
import { actor, claimOn, failure, freshKey } from './scene.js';

let tls: Certificates;
let etcd: EtcdNode;
beforeAll(async () => {
  tls = await makeCertificates();
  etcd = await startEtcd({ tls: { ...tls, mutual: true } });
});
afterAll(async () => {
  await etcd.stop();
  tls.remove();
});

describe('TLS', () => {
  const full = () => ({ rootCertificate: tls.ca, privateKey: tls.client.key, certChain: tls.client.cert });

  it.each(['as bytes', 'as text'])('takes credentials %s, and knows them of the client', async (form) => {
    const credentials =
      form === 'as bytes' ? full() : Object.fromEntries(Object.entries(full()).map(([name, pem]) => [name, String(pem)]));
    const one = await actor({ hosts: etcd.url, credentials }).granted();
    expect(await one.hold(claimOn(freshKey(), 'one'))).toMatchObject({ id: 'one' });
    await one.renew();
  });

  it('needs no scheme where there are credentials', async () => {
    const one = await actor({ hosts: etcd.host, credentials: full() }).granted();
    expect(one.lease.ttl).toBe(10_000);
  });

  it.each([
    ['no certificate of its own', () => ({ hosts: etcd.url, credentials: { rootCertificate: tls.ca } })],
    ['an authority that it does not know', () => ({ hosts: etcd.url })],
    ['no TLS', () => ({ hosts: etcd.host })],
  ])('gets nowhere with %s, and may try again', async (_, options) => {
    expect(await failure(actor(options()).backend.watch('k'))).toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
  });

  it('refuses at once a key that is not the certificate’s, and http', () => {
    expect(() => actor({ hosts: etcd.host, credentials: { ...full(), privateKey: tls.server.key } })).toThrow(/is not the key/);
    expect(() => actor({ hosts: `http://${etcd.host}`, credentials: full() })).toThrow(/scheme http/);
  });
});
