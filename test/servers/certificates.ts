import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { getConsul } from '../../scripts/servers/getServers.js';
import { temporaryFolder } from './temporary.js';

export interface KeyPair {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: Buffer;
  readonly key: Buffer;
}
export interface Certificates {
  readonly caFile: string;
  readonly ca: Buffer;
  /** For localhost, 127.0.0.1 and server.dc1.consul. */
  readonly server: KeyPair;
  readonly client: KeyPair;
  remove(): void;
}

/** An authority of its own with a certificate for a server and one for a client, by Consul's tool: a bare machine has no openssl. */
export async function makeCertificates(): Promise<Certificates> {
  const { consul } = await getConsul();
  const folder = temporaryFolder('tls');
  const tls = (...args: string[]) => promisify(execFile)(consul, ['tls', ...args], { cwd: folder.path });
  const file = (name: string) => join(folder.path, name);
  const pair = (name: string): KeyPair => {
    const [certFile, keyFile] = [file(`${name}.pem`), file(`${name}-key.pem`)];
    return { certFile, keyFile, cert: readFileSync(certFile), key: readFileSync(keyFile) };
  };

  await tls('ca', 'create');
  await tls('cert', 'create', '-server', '-additional-ipaddress=127.0.0.1', '-additional-dnsname=localhost');
  await tls('cert', 'create', '-client');
  const caFile = file('consul-agent-ca.pem');
  const [server, client] = [pair('dc1-server-consul-0'), pair('dc1-client-consul-0')];
  return { caFile, ca: readFileSync(caFile), server, client, remove: folder.remove };
}
