import { getConsul } from '../../scripts/servers/getServers.js';
import { ConsulAgent, type ConsulOptions, consulPorts, portsOfAgent } from './consul.js';
import { startOnFreePorts } from './server.js';
import { until } from './until.js';

export class ConsulCluster {
  constructor(
    readonly servers: readonly ConsulAgent[],
    /** The agent that an application talks to: it holds the checks, and passes everything else on to the servers. */
    readonly client: ConsulAgent,
  ) {}

  get agents(): ConsulAgent[] {
    return [...this.servers, this.client];
  }
  async ready(): Promise<void> {
    await Promise.all(this.agents.map((agent) => agent.ready()));
  }
  /** The server that leads now, as it and most others say; waits while none does. */
  leader(): Promise<ConsulAgent> {
    return until('a leader of the Consul cluster', async () => {
      const said = await Promise.all(this.servers.map((server) => server.leaderAddress().catch(() => '')));
      return this.servers.find(({ ports }, i) => {
        const own = `127.0.0.1:${ports.server}`;
        return said[i] === own && said.filter((address) => address === own).length > said.length / 2;
      });
    });
  }
  async followers(): Promise<ConsulAgent[]> {
    const leader = await this.leader();
    return this.servers.filter((server) => server !== leader);
  }
  async stop(): Promise<void> {
    await Promise.all(this.agents.map((agent) => agent.stop()));
  }
}

/** Servers that elect a raft leader among them, and one client agent; `config` is for all of them. */
export async function startConsulCluster(size = 3, { config }: Pick<ConsulOptions, 'config'> = {}): Promise<ConsulCluster> {
  const { consul } = await getConsul();
  return startOnFreePorts(portsOfAgent * (size + 1), (...ports) => {
    const places = Array.from({ length: size + 1 }, (_, i) => consulPorts(ports.slice(i * portsOfAgent, (i + 1) * portsOfAgent)));
    const join = { retry_join: places.slice(0, size).map(({ serf_lan }) => `127.0.0.1:${serf_lan}`), retry_interval: '200ms' };
    const server = { ...join, server: true, bootstrap_expect: size };
    const agent = (place: ConsulAgent['ports'], i: number) =>
      i < size
        ? new ConsulAgent(`consul-${i + 1}`, consul, place, { config: { ...server, ...config } })
        : new ConsulAgent('consul-client', consul, place, { config: { ...join, ...config } });
    const agents = places.map(agent);
    return new ConsulCluster(agents.slice(0, size), agents[size] as ConsulAgent);
  });
}
