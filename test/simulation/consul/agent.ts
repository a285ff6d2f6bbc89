import type { Handle } from '../sandbox.js';
import type { ConsulServers } from './servers.js';

interface Check {
  readonly ttl: number;
  passing: boolean;
  timer: Handle | undefined;
}

/** Consul removes a service that has been critical for so long. */
const REAPED = 60_000;

/**
 * The agent of one machine. Checks live here: a pass is answered here, and proves nothing about the session when the agent is cut
 * off from its servers, which then hear of a failed check only afterwards.
 */
export class ConsulAgent {
  readonly checks = new Map<string, Check>();
  #linked = true;
  readonly #untold = new Set<string>();

  constructor(readonly servers: ConsulServers) {
    servers.onStart.add(() => {
      this.checks.forEach((_, name) => this.#untold.add(name));
      this.#sync();
    });
  }

  get isLinked(): boolean {
    return this.#linked && this.servers.isUp;
  }
  link(linked: boolean): void {
    this.#linked = linked;
    this.#sync();
  }

  register(name: string, ttl: number): void {
    this.checks.get(name)?.timer?.unsubscribe();
    this.checks.set(name, { ttl, passing: true, timer: undefined });
    this.#arm(name);
    this.#tell(name);
  }
  /** Whether the agent knows the check: nothing more. */
  pass(name: string): boolean {
    const check = this.checks.get(name);
    if (!check) return false;
    const before = check.passing;
    check.passing = true;
    this.#arm(name);
    if (!before) this.#tell(name);
    return true;
  }
  deregister(name: string): boolean {
    this.checks.get(name)?.timer?.unsubscribe();
    const known = this.checks.delete(name);
    if (known) this.#tell(name);
    return known;
  }

  #arm(name: string): void {
    const check = this.checks.get(name)!;
    check.timer?.unsubscribe();
    check.timer = this.servers.clock.schedule(() => {
      check.passing = false;
      this.#tell(name);
      check.timer = this.servers.clock.schedule(() => this.deregister(name), REAPED);
    }, check.ttl);
  }
  #tell(name: string): void {
    this.#untold.add(name);
    this.#sync();
  }
  #sync(): void {
    if (!this.isLinked) return;
    for (const name of this.#untold) {
      const check = this.checks.get(name);
      this.servers.check(name, check && (check.passing ? 'passing' : 'critical'));
    }
    this.#untold.clear();
  }
}
