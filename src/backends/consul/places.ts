import { map } from 'rxjs';
import type { Claim, LeaseRef } from '../../core/types.js';
import { sweeping } from './operations.js';
import { Place } from './place.js';
import type { Store } from './store.js';
import type { Operation } from './transaction.js';
import { type Queue, folderOf, queueOf } from './wire.js';

/** The claims of this backend: those that live, and those whose writes may still arrive though they were withdrawn. */
export class Places {
  readonly #live = new Map<string, Place>();
  readonly #doubtful = new Map<string, Place>();
  readonly #swept = new Set<string>();

  constructor(
    private readonly store: Store,
    private readonly prefix: string,
    private readonly ours: (lease: string) => boolean,
  ) {}

  /** Registered before its first request: what a read shows of it is no stray. */
  open(lease: LeaseRef, claim: Pick<Claim, 'key' | 'nonce' | 'id'>): Place {
    const place = this.of(lease, claim) ?? this.make(lease, claim);
    this.#live.set(place.name, place);
    return place;
  }
  make(lease: LeaseRef, claim: Pick<Claim, 'key' | 'nonce' | 'id'>): Place {
    return new Place(this.store, folderOf(this.prefix, claim.key), { id: lease.id, ttl: lease.ttl }, claim);
  }
  /** The one that is registered, or what a claim would be. */
  of(lease: LeaseRef, claim: Pick<Claim, 'key' | 'nonce' | 'id'>): Place | undefined {
    return this.#live.get(this.make(lease, claim).name);
  }
  /** Withdrawn. Where a write was unclear, its key is looked for until the lease has ended. */
  close(place: Place): void {
    this.#live.delete(place.name);
    place.standing$.complete();
    if (place.unclearUntil !== undefined) this.#doubtful.set(place.name, place);
  }
  /** The store has ended the lease, and all its keys with it. */
  forget(lease: LeaseRef): void {
    this.on(lease).forEach((place) => this.close(place));
    this.#doubtful.forEach((place) => place.lease.id === lease.id && this.#doubtful.delete(place.name));
  }
  /** Claims of a lease that live. */
  on({ id }: LeaseRef): Place[] {
    return [...this.#live.values()].filter(({ lease }) => lease.id === id);
  }

  /** Removes keys of our leases that no live claim answers for: late writes of claims that are over. Best effort, at each sight. */
  sweep(folder: string, { lock, claims }: Queue): void {
    const stray = (session: string | undefined, name: string) => session !== undefined && this.ours(session) && !this.#live.has(name);
    const strays = sweeping({
      lock: lock && stray(lock.session, lock.value) ? lock : undefined,
      claims: claims.filter(({ key, session }) => stray(session, key.slice(folder.length))),
    });
    strays.forEach((operations) => this.#remove(operations));
  }
  /** Looks for the keys of claims in doubt; to be done at each renewal of their lease, so that a failure is mended by the next. */
  sweepDoubtful({ id }: LeaseRef): void {
    const folders = new Set([...this.#doubtful.values()].filter(({ lease }) => lease.id === id).map(({ folder }) => folder));
    for (const folder of folders) {
      const shown = this.store.trees([folder]).pipe(map(({ entries }) => queueOf(folder, entries)));
      shown.subscribe({ next: (queue) => this.sweep(folder, queue), error: () => undefined });
    }
  }

  #remove(operations: readonly Operation[]): void {
    const key = operations.at(-1)?.key ?? '';
    if (this.#swept.has(key)) return;
    this.#swept.add(key);
    this.store
      .transact(operations, 2_000)
      .catch(() => undefined)
      .finally(() => this.#swept.delete(key));
  }
}
