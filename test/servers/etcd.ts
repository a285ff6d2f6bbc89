import { getEtcd } from '../../scripts/servers/getServers.js';
import { ask } from './ask.js';
import type { Certificates } from './certificates.js';
import type { Child } from './childProcess.js';
import { Server, startOnFreePorts } from './server.js';

export interface EtcdOptions {
  /** '3.4' or '3.5'. @default ETCD_VERSION, else whichever the machine has */
  version?: string;
  /** Further flags of the server, such as `--election-timeout=200`. */
  args?: readonly string[];
  /** Turns authentication on, with this password for root. */
  auth?: { password: string };
  /** Serves TLS; `mutual` also asks the client for its certificate. */
  tls?: Certificates & { mutual?: boolean };
}
export type EtcdPrograms = Awaited<ReturnType<typeof getEtcd>>;
type Ports = { client: number; peer: number };

export class EtcdNode extends Server {
  readonly port: number;
  /** Host and port, as one of `hosts`. */
  readonly host: string;
  readonly url: string;
  readonly #etcdctl: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(name: string, programs: EtcdPrograms, ports: Ports, cluster: string, { args = [], auth, tls }: EtcdOptions) {
    const scheme = tls ? 'https' : 'http';
    const [url, peerUrl] = [`${scheme}://127.0.0.1:${ports.client}`, `http://127.0.0.1:${ports.peer}`];
    const secure = tls ? [`--cert-file=${tls.server.certFile}`, `--key-file=${tls.server.keyFile}`] : [];
    const mutual = tls?.mutual ? [`--trusted-ca-file=${tls.caFile}`, '--client-cert-auth'] : [];
    const flags = {
      name,
      'listen-client-urls': url,
      'advertise-client-urls': url,
      'listen-peer-urls': peerUrl,
      'initial-advertise-peer-urls': peerUrl,
      'initial-cluster': cluster,
      logger: 'zap',
    };
    const given = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
    super({
      name,
      program: programs.etcd,
      args: (dataDir) => [...given, `--data-dir=${dataDir}`, ...secure, ...mutual, ...args],
      ready: async () => (await ask(`${url}/health`, tls)).status === 200,
    });
    [this.port, this.host, this.url, this.#etcdctl] = [ports.client, `127.0.0.1:${ports.client}`, url, programs.etcdctl];
    this.#env = {
      ETCDCTL_API: '3',
      ETCDCTL_ENDPOINTS: url,
      ...(auth && { ETCDCTL_USER: `root:${auth.password}` }),
      ...(tls && { ETCDCTL_CACERT: tls.caFile, ETCDCTL_CERT: tls.client.certFile, ETCDCTL_KEY: tls.client.keyFile }),
    };
  }

  /** What the command prints; rejects when it fails. Authenticated as root where the server asks for it. */
  etcdctl(...args: string[]): Promise<string> {
    return this.run(this.#etcdctl, args, this.#envBeside(args));
  }
  /** For commands that keep running, such as `lock`, `elect` and `watch`: ended with the server at the latest. */
  spawnEtcdctl(...args: string[]): Child {
    return this.spawn(this.#etcdctl, args, this.#envBeside(args));
  }
  /** Whether it leads its cluster, as it says itself. */
  async leads(): Promise<boolean> {
    const status = await this.etcdctl('endpoint', 'status', '--write-out=fields', '--command-timeout=1s');
    const field = (name: string) => new RegExp(`"${name}" : (\\d+)`).exec(status)?.[1];
    return field('Leader') === field('MemberID');
  }
  /** etcdctl refuses a variable and a flag for the same thing. */
  #envBeside(args: readonly string[]): NodeJS.ProcessEnv {
    const flagOf = (variable: string) => variable.replace('ETCDCTL_', '--').toLowerCase();
    const given = (variable: string) => args.some((arg) => arg.split('=', 1)[0] === flagOf(variable));
    return Object.fromEntries(Object.entries(this.#env).filter(([variable]) => !given(variable)));
  }
}

/** One etcd server with data of its own. */
export async function startEtcd(options: EtcdOptions = {}): Promise<EtcdNode> {
  const programs = await getEtcd(options.version);
  const node = await startOnFreePorts(2, (client = 0, peer = 0) => {
    return new EtcdNode('etcd', programs, { client, peer }, `etcd=http://127.0.0.1:${peer}`, options);
  });
  if (options.auth) await requirePassword(node, options.auth);
  return node;
}

/** A user and role named root come first: etcd refuses to lock everybody out. */
async function requirePassword(node: EtcdNode, { password }: { password: string }): Promise<void> {
  await node.etcdctl('user', 'add', `root:${password}`);
  await node.etcdctl('user', 'grant-role', 'root', 'root');
  await node.etcdctl('auth', 'enable');
}
