import type { Clock } from '../../../src/core/clock.js';
import type { Handle } from '../sandbox.js';

interface Lease {
  /** Seconds. */
  readonly ttl: number;
  timer?: Handle;
}

/** How often the servers look which leases have run out, at worst. */
const TICK = 500;

/** etcd's leases: they end on the servers' clock, on time or half a second late, and begin anew whenever another leads. */
export class Lessor {
  readonly #leases = new Map<string, Lease>();

  constructor(
    private readonly clock: Clock,
    private readonly chance: () => number,
    /** Told of each that has ended. */
    private readonly ended: (lease: string) => void,
    leases: Iterable<readonly [string, number]> = [],
  ) {
    for (const [id, ttl] of leases) this.#leases.set(id, { ttl });
  }

  has(id: string): boolean {
    return this.#leases.has(id);
  }
  /** With their ttls. */
  get leases(): (readonly [string, number])[] {
    return [...this.#leases].map(([id, { ttl }]) => [id, ttl]);
  }
  grant(id: string, ttl: number): void {
    this.#leases.set(id, { ttl });
    this.renew(id);
  }
  /** @returns Seconds from now on; none for one that isn't known. */
  renew(id: string, more = 0): number {
    const lease = this.#leases.get(id);
    if (!lease) return 0;
    lease.timer?.unsubscribe();
    const late = Math.max(0, 2 * this.chance() - 1) * TICK;
    lease.timer = this.clock.schedule(() => this.end(id), lease.ttl * 1_000 + more + late);
    return lease.ttl;
  }
  end(id: string): void {
    this.#leases.get(id)?.timer?.unsubscribe();
    if (this.#leases.delete(id)) this.ended(id);
  }
  /** Nothing ends while nobody leads. */
  halt(): void {
    this.#leases.forEach(({ timer }) => timer?.unsubscribe());
  }
  /** Somebody leads, who can't know how much was left of any, nor for how long his predecessor goes on. */
  promote(more = 0): void {
    for (const id of this.#leases.keys()) this.renew(id, more);
  }
}
