/** A process that has used everything, closes, and has then nothing left to stay for. */
import { Etcd3 } from 'etcd3';
import { firstValueFrom } from 'rxjs';
import { etcdBackend } from '../../../src/backends/etcd/index.js';

const hosts = process.argv[2] ?? '';
const client = new Etcd3({ hosts });
for (const options of [{ hosts }, { hosts, prefix: 'leaving/' }, client]) {
  const backend = etcdBackend(options);
  const quiet = { error: () => undefined };
  const lease = await firstValueFrom(backend.grant(60_000));
  const tenure = await firstValueFrom(backend.acquire(lease, { key: 'leaving', id: 'one', nonce: crypto.randomUUID() }));
  backend.monitor(tenure).subscribe(quiet);
  backend.acquire(lease, { key: 'leaving', id: 'two', nonce: crypto.randomUUID() }).subscribe(quiet);
  backend.watch('leaving').subscribe(quiet);
  await firstValueFrom(backend.watch('another', { confirmEvery: 100 }));
  await firstValueFrom(backend.renew(lease));
  await backend.close();
}
client.close();
