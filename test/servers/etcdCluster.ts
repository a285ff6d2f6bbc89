import { getEtcd } from '../../scripts/servers/getServers.js';
import { EtcdNode, type EtcdOptions } from './etcd.js';
import { startOnFreePorts } from './server.js';
import { until } from './until.js';

export class EtcdCluster {
  constructor(readonly nodes: readonly EtcdNode[]) {}

  /** Host and port of each node. */
  get hosts(): string[] {
    return this.nodes.map(({ host }) => host);
  }
  async ready(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.ready()));
  }
  /** The node that leads now; waits while none does. Paused and killed nodes are not asked for long. */
  leader(): Promise<EtcdNode> {
    return until('a leader of the etcd cluster', async () => {
      const leads = await Promise.all(this.nodes.map((node) => node.leads().catch(() => false)));
      return this.nodes.find((_, i) => leads[i]);
    });
  }
  async followers(): Promise<EtcdNode[]> {
    const leader = await this.leader();
    return this.nodes.filter((node) => node !== leader);
  }
  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }
}

/** Nodes that elect a raft leader among them; the same options for each. Authentication is not turned on. */
export async function startEtcdCluster(size = 3, options: Omit<EtcdOptions, 'auth'> = {}): Promise<EtcdCluster> {
  const programs = await getEtcd(options.version);
  return startOnFreePorts(2 * size, (...ports) => {
    const members = Array.from({ length: size }, (_, i) => ({
      name: `etcd-${i + 1}`,
      client: ports[2 * i] ?? 0,
      peer: ports[2 * i + 1] ?? 0,
    }));
    const cluster = members.map(({ name, peer }) => `${name}=http://127.0.0.1:${peer}`).join(',');
    return new EtcdCluster(members.map(({ name, ...at }) => new EtcdNode(name, programs, at, cluster, options)));
  });
}
