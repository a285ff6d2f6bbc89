import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getConsul } from '../../scripts/servers/getServers.js';
import { ask } from './ask.js';
import type { Certificates } from './certificates.js';
import type { Child } from './childProcess.js';
import { Server, startOnFreePorts } from './server.js';
import { temporaryFolder } from './temporary.js';

export interface ConsulOptions {
  /** Merged into the agent's configuration file. */
  config?: Record<string, unknown>;
  /** Keeps nothing on disk. `false`: one server with data that survive a restart. @default true */
  dev?: boolean;
  /** Denies what no token allows; the agent's `token` may do everything. */
  acl?: boolean;
  /** Serves HTTPS only; `mutual` also asks the client for its certificate. */
  tls?: Certificates & { mutual?: boolean };
}
/** Where an agent listens. */
export type ConsulPorts = Record<'http' | 'server' | 'serf_lan' | 'serf_wan', number>;
/** How many ports an agent takes. */
export const portsOfAgent = 4;
export const consulPorts = ([http = 0, server = 0, serf_lan = 0, serf_wan = 0]: readonly number[]): ConsulPorts => ({
  http,
  server,
  serf_lan,
  serf_wan,
});

export class ConsulAgent extends Server {
  readonly port: number;
  readonly host = '127.0.0.1';
  readonly url: string;
  readonly ports: ConsulPorts;
  /** May do everything; empty without `acl`. */
  readonly token: string;
  readonly #consul: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #settings: ReturnType<typeof temporaryFolder>;

  constructor(name: string, consul: string, ports: ConsulPorts, { config = {}, dev = false, acl = false, tls }: ConsulOptions) {
    const url = `${tls ? 'https' : 'http'}://127.0.0.1:${ports.http}`;
    const token = acl ? crypto.randomUUID() : '';
    const settings = temporaryFolder(`${name}-settings`);
    const file = join(settings.path, 'agent.json');
    const { http, ...others } = ports;
    const secure = tls && {
      ca_file: tls.caFile,
      cert_file: tls.server.certFile,
      key_file: tls.server.keyFile,
      verify_incoming_https: Boolean(tls.mutual),
    };
    const denying = { enabled: true, default_policy: 'deny', tokens: { master: token, agent: token } };
    writeFileSync(
      file,
      JSON.stringify({
        node_name: name,
        bind_addr: '127.0.0.1',
        client_addr: '127.0.0.1',
        ports: { ...others, http: tls ? -1 : http, https: tls ? http : -1, dns: -1, grpc: -1 },
        log_level: 'warn',
        disable_update_check: true,
        performance: { raft_multiplier: 1 },
        ...secure,
        ...(acl && { acl: denying }),
        ...config,
      }),
    );
    super({
      name,
      program: consul,
      args: (dataDir) => ['agent', `-config-file=${file}`, ...(dev ? ['-dev'] : [`-data-dir=${dataDir}`])],
      // Sessions hang on the node and its health check, which an agent registers a moment after it has found a leader.
      ready: async () =>
        /"serfHealth".*"passing"/s.test((await ask(`${url}/v1/health/node/${name}`, tls, { 'x-consul-token': token })).body),
    });
    [this.port, this.url, this.ports, this.token, this.#consul, this.#settings] = [http, url, ports, token, consul, settings];
    this.#env = {
      CONSUL_HTTP_ADDR: url,
      ...(token && { CONSUL_HTTP_TOKEN: token }),
      ...(tls && { CONSUL_CACERT: tls.caFile, CONSUL_CLIENT_CERT: tls.client.certFile, CONSUL_CLIENT_KEY: tls.client.keyFile }),
    };
  }

  override async stop(): Promise<void> {
    await super.stop();
    this.#settings.remove();
  }
  /** What the command prints, such as `consul('kv', 'get', 'jobs')`; rejects when it fails. */
  consul(...args: string[]): Promise<string> {
    return this.run(this.#consul, args, this.#env);
  }
  /** For commands that keep running, such as `lock` and `watch`: ended with the agent at the latest. */
  spawnConsul(...args: string[]): Child {
    return this.spawn(this.#consul, args, this.#env);
  }
  /** Raft address of the leader, as this agent knows it; empty while there is none. */
  async leaderAddress(): Promise<string> {
    const { status, body } = await ask(`${this.url}/v1/status/leader`);
    return status === 200 ? (JSON.parse(body) as string) : '';
  }
}

/** One agent that is client and server at once. */
export async function startConsul(options: ConsulOptions = {}): Promise<ConsulAgent> {
  const { consul } = await getConsul();
  const { dev = true, config } = options;
  const alone = dev ? config : { server: true, bootstrap_expect: 1, ...config };
  return startOnFreePorts(
    portsOfAgent,
    (...ports) => new ConsulAgent('consul', consul, consulPorts(ports), { ...options, dev, config: { ...alone } }),
  );
}
