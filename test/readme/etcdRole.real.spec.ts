import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filter, firstValueFrom, materialize, timeout } from 'rxjs';
import { expect, it } from 'vitest';
import { root } from '../../scripts/config/entries.js';
import { etcdBackend } from '../../src/backends/etcd/index.js';
import { election } from '../../src/index.js';
import { startEtcd } from '../servers/etcd.js';

const guide = readFileSync(join(root, 'docs/etcd.md'), 'utf8');
const [, commands = ''] = /```sh\n(etcdctl role add[^`]*)```/.exec(guide) ?? [];

it.each(['3.4', '3.5'])('the role of the etcd guide is enough, and no more, on etcd %s', async (version) => {
  const server = await startEtcd({ version, auth: { password: 'root' } });
  for (const line of commands.trim().split('\n')) await server.etcdctl(...line.split(' ').slice(1));
  const connect = (prefix: string) => etcdBackend({ hosts: server.host, auth: { username: 'billing', password: 'secret' }, prefix });
  const [allowed, elsewhere] = [connect('tenure/'), connect('others/')];
  try {
    const mine = election(allowed, { key: 'invoices', value: 'host-1', ttl: 5_000 });
    const leads = firstValueFrom(mine.isSelected$.pipe(filter(Boolean), timeout(10_000)));
    mine.start();
    expect(await leads).toBe(true);
    const seen = firstValueFrom(mine.leader$.pipe(filter((leader) => leader !== null), timeout(10_000))); // prettier-ignore
    expect((await seen).value).toBe('host-1');
    await mine.proclaim('host-1b');
    await mine.stop();

    const denied = election(elsewhere, { key: 'invoices', ttl: 5_000 });
    const told = firstValueFrom(denied.isSelected$.pipe(materialize(), filter(({ kind }) => kind === 'E'), timeout(10_000))); // prettier-ignore
    expect(await told).toMatchObject({ error: { code: 'DENIED' } });
    expect((await server.etcdctl('get', '', '--prefix', '--keys-only')).trim()).toBe('');
  } finally {
    await Promise.all([allowed.close(), elsewhere.close()]);
    await server.stop();
  }
});
