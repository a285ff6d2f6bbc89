import type { Clock } from '../../../src/core/clock.js';
import { Lessor } from './lessor.js';
import { REFUSALS } from './status.js';
import { type Event, EtcdStore, type Stored } from './store.js';

/** Far enough apart that no revision comes again with another meaning: tokens and guards are good for one life of the data. */
const LIVES = 1_000_000;
const LIFE = 10_000;

interface Data {
  readonly keys: readonly (readonly [string, Stored])[];
  readonly leases: readonly (readonly [string, number])[];
  readonly revision: number;
}

/** What the members of a cluster agree on: keys, leases, and who they are. */
export class EtcdServers {
  isUp = true;
  /** Counts losses of data: what was asked before is not done afterwards, its connection has gone. */
  life = 0;
  /** Told of each change, and of each stop, when every connection is reset. */
  readonly onChange = new Set<(events: readonly Event[]) => void>();
  readonly onStop = new Set<() => void>();
  store!: EtcdStore;
  lessor!: Lessor;
  #cluster = 1;
  #backup: Data = { keys: [], leases: [], revision: 1 };

  constructor(
    readonly clock: Clock,
    readonly chance: () => number,
  ) {
    this.#load({ keys: [], leases: [], revision: LIVES });
  }

  get header() {
    return this.headerAt(this.store.revision);
  }
  headerAt(revision: number) {
    return { cluster_id: String(this.#cluster), member_id: '1', revision: String(revision), raft_term: '2' };
  }

  grant(ID: string, ttl: number): { ID: string; TTL: string; error: string } {
    if (this.lessor.has(ID)) throw REFUSALS.leaseExists();
    this.lessor.grant(ID, ttl);
    return { ID, TTL: String(ttl), error: '' };
  }
  revoke(ID: string): object {
    if (!this.lessor.has(ID)) throw REFUSALS.leaseNotFound();
    this.lessor.end(ID);
    return {};
  }

  stop(): void {
    this.isUp = false;
    this.lessor.halt();
    this.onStop.forEach((tell) => tell());
  }
  /** Otherwise everything is lost, or as it was when it was lost before: then it may be another cluster, or say that it is the same. */
  start(data: boolean): void {
    if (this.isUp) return;
    if (!data) {
      const lost = { keys: [...this.store.entries], leases: this.lessor.leases, revision: this.store.revision };
      this.#load({ ...this.#backup, revision: this.#backup.revision + ++this.life * LIFE });
      this.#backup = lost;
      if (this.chance() < 0.5) this.#cluster++;
    }
    this.isUp = true;
    this.lessor.promote();
  }

  #load({ keys, leases, revision }: Data): void {
    const ended = (id: string) => {
      const { entries } = this.store;
      this.store.delete([...entries].filter(([, { lease }]) => lease === id).map(([path]) => path));
    };
    this.lessor = new Lessor(this.clock, this.chance, ended, leases);
    const { lessor } = this;
    this.store = new EtcdStore(
      revision,
      keys,
      (lease) => lessor.has(lease),
      (events) => this.onChange.forEach((tell) => tell(events)),
    );
  }
}
