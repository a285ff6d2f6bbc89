import { EMPTY, Observable, ReplaySubject, catchError, concat, defer, ignoreElements } from 'rxjs';
import type { ClaimRef, LeaseRef } from '../../core/types.js';

/** What this client remembers of one of its claims. */
export class ClaimRecord {
  /** Put requests whose outcome is unknown: each may still reach the store. */
  unclear = 0;
  /** When the last of them is given up, by the client's scheduler. */
  unclearUntil = -Infinity;
  /** Revision of the last change that we know of: guards the next one. */
  mod = 0n;
  /** Withdrawn while a put was unclear: swept whenever it shows up. */
  doubtful = false;
  /** Being swept just now. */
  swept = false;
  /** Emits when it is withdrawn. */
  readonly withdrawn$ = new ReplaySubject<void>(1);
  #tail: Observable<unknown> = EMPTY;

  /** What the store calls it: no two claims ever have the same. */
  readonly name: string;

  constructor(
    readonly key: string,
    lease: string,
    readonly nonce: string,
  ) {
    this.name = `${lease}.${nonce}`;
  }

  /**
   * Runs what concerns this claim one after the other, in order of subscription. Once begun it ends by itself, for a request
   * that was sent can't be taken back; what was left before its turn is not sent at all.
   */
  inTurn<T>(work: Observable<T>): Observable<T> {
    return new Observable((subscriber) => {
      const outcome = new ReplaySubject<T>(1);
      const before = this.#tail.pipe(
        ignoreElements(),
        catchError(() => EMPTY),
      );
      this.#tail = outcome;
      subscriber.add(outcome.subscribe(subscriber));
      concat(
        before,
        defer(() => (outcome.observed ? work : EMPTY)),
      ).subscribe(outcome);
    });
  }
}

/** The claims of one client, by lease: entered before their first request is sent, kept while anything about them is unclear. */
export class Claims {
  readonly #leases = new Map<string, { ends: number; readonly claims: Map<string, ClaimRecord> }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Enters a lease, or notes that it is being renewed: until then the store may know it. */
  keep({ id, ttl }: LeaseRef): void {
    this.#lease({ id, ttl }).ends = this.#now() + ttl;
  }
  /** It has ended, and all its claims with it. */
  forget(lease: string): void {
    this.#leases.delete(lease);
  }
  /** Forgets those whose time ran out long ago unnoticed: nobody renews or revokes a lease after its holder has gone. */
  forgetEnded(): void {
    for (const [id, { ends }] of this.#leases) if (this.#now() > ends + FORGOTTEN) this.#leases.delete(id);
  }
  get leases(): readonly string[] {
    return [...this.#leases.keys()];
  }
  endsIn(lease: string): number {
    return (this.#leases.get(lease)?.ends ?? -Infinity) - this.#now();
  }

  of({ lease, key, nonce }: Pick<ClaimRef, 'lease' | 'key' | 'nonce'>): ClaimRecord {
    const { claims } = this.#lease(lease);
    const record = claims.get(nonce) ?? new ClaimRecord(key, lease.id, nonce);
    claims.set(nonce, record);
    return record;
  }
  find(lease: string, nonce: string): ClaimRecord | undefined {
    return this.#leases.get(lease)?.claims.get(nonce);
  }
  /** Nothing of it can appear any more. */
  drop(lease: string, nonce: string): void {
    this.#leases.get(lease)?.claims.delete(nonce);
  }
  get all(): readonly { lease: string; record: ClaimRecord }[] {
    return [...this.#leases].flatMap(([lease, { claims }]) => [...claims.values()].map((record) => ({ lease, record })));
  }
  doubtful(lease: string): readonly ClaimRecord[] {
    return [...(this.#leases.get(lease)?.claims.values() ?? [])].filter((record) => record.doubtful);
  }

  #lease({ id, ttl }: LeaseRef) {
    const lease = this.#leases.get(id) ?? { ends: this.#now() + ttl, claims: new Map<string, ClaimRecord>() };
    this.#leases.set(id, lease);
    return lease;
  }
}

/** Milliseconds after which an unnoticed end is certain, whatever the rate of the store's clock. */
const FORGOTTEN = 60_000;
