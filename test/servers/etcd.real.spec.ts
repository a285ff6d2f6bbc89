import { existsSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { makeCertificates } from './certificates.js';
import { startEtcd } from './etcd.js';

const lives = (pid: number) => existsSync(`/proc/${pid}`);

describe('startEtcd', () => {
  it('starts a server that answers, keeps its data over a restart, and leaves nothing when it stops', async () => {
    const etcd = await startEtcd();
    await etcd.etcdctl('put', 'one', '1');
    await etcd.restart();
    expect(await etcd.etcdctl('get', 'one', '--print-value-only')).toBe('1\n');
    await etcd.restart({ keepData: false });
    expect(await etcd.etcdctl('get', 'one')).toBe('');

    const lock = etcd.spawnEtcdctl('lock', 'jobs');
    await lock.saw(/jobs\/[0-9a-f]+/);
    await etcd.stop();
    expect([etcd.pid, lock.pid].filter(lives)).toEqual([]);
    expect(existsSync(etcd.dataDir)).toBe(false);
  });

  it('survives SIGKILL with its data, and SIGSTOP with its connections', async () => {
    const etcd = await startEtcd();
    await etcd.etcdctl('put', 'one', '1');
    await etcd.kill();
    await expect(etcd.etcdctl('get', 'one', '--command-timeout=200ms', '--dial-timeout=200ms')).rejects.toThrow();
    await etcd.restart();
    etcd.pause();
    await expect(etcd.etcdctl('get', 'one', '--command-timeout=200ms', '--dial-timeout=200ms')).rejects.toThrow();
    etcd.resume();
    expect(await etcd.etcdctl('get', 'one', '--print-value-only')).toBe('1\n');
    await etcd.stop();
  });

  it('asks for a password', async () => {
    const etcd = await startEtcd({ auth: { password: 'secret' } });
    expect(await etcd.etcdctl('user', 'list')).toBe('root\n');
    await expect(etcd.etcdctl('get', 'one', '--user=root:wrong')).rejects.toThrow(/invalid user ID or password/);
    await etcd.stop();
  });

  it('serves TLS, and asks for the certificate of a client', async () => {
    const certificates = await makeCertificates();
    afterAll(() => certificates.remove());
    const etcd = await startEtcd({ tls: { ...certificates, mutual: true } });
    expect(await etcd.etcdctl('put', 'one', '1')).toBe('OK\n');
    await etcd.stop();
  });

  it('starts etcd 3.5 where that is wanted', async () => {
    const etcd = await startEtcd({ version: '3.5' });
    expect(await etcd.etcdctl('version')).toMatch(/3\.5\./);
    await etcd.stop();
  });
});
