import {
  AsyncSubject,
  EMPTY,
  type Observable,
  catchError,
  concat,
  defer,
  exhaustMap,
  filter,
  ignoreElements,
  interval,
  map,
  mergeMap,
  share,
  tap,
  throwError,
  timer,
} from 'rxjs';
import type { Client } from '../../backends/consul/client.js';
import { type Reading, Store } from '../../backends/consul/store.js';
import { conflictOf, isUnclear, translated } from '../../backends/consul/translate.js';
import type { Entry } from '../../backends/consul/wire.js';
import type { Clock } from '../../core/clock.js';
import { ClaimLostError, HeldError } from '../../core/errors.js';
import { Pending } from '../../core/pending.js';
import { request } from '../../core/request.js';
import type { Backend, Claim, LeaseRef, TenureRef } from '../../core/types.js';

type Withdrawn = Pick<Claim, 'key' | 'nonce'>;

/**
 * Keys as consul-locker has them, one for each lock, with nobody in line: a plain acquire, which excludes old processes too.
 *
 * A session can't tell two claims of its own apart. So what is removed is guarded by the index at which it was written, never
 * where a newer claim of ours lives; and what an unclear write may have left is looked for as long as its session lives.
 */
export class PlainKeys implements Pick<Backend, 'acquire' | 'withdraw' | 'monitor'> {
  readonly #live = new Map<string, string>(); // nonces by key
  readonly #tokens = new Map<string, number>(); // by nonce
  readonly #doubtful = new Map<string, { lease: string; until: number }>(); // by key: until when an unclear write is under way
  readonly #writes = new Pending();
  readonly #store: Store;
  readonly #shown$: Observable<{ index: number; keys: Map<string, Entry> }>;

  constructor(
    client: Client,
    folder: string,
    private readonly clock: Clock,
    pace: number,
  ) {
    this.#store = new Store(client);
    const read = () => this.#store.read(folder, { recurse: true }).pipe(catchError(() => EMPTY)); // silence is no loss
    this.#shown$ = interval(pace, clock).pipe(
      exhaustMap(read),
      map(({ index, entries }) => ({ index, keys: new Map(entries.map((entry) => [entry.key, entry])) })),
      share(),
    );
  }

  acquire = (lease: LeaseRef, { key, nonce, id = nonce, value = '' }: Claim): Observable<TenureRef> =>
    defer(() => {
      this.#live.set(key, nonce);
      const timeout = lease.ttl / 4;
      const flags = Math.floor(Math.random() * 2 ** 48); // or locking it once more would leave its index as it is
      const place = request(() => this.#store.transact([{ verb: 'lock', key, session: lease.id, value, flags }], timeout));
      const doubt = () => this.#doubtful.set(key, { lease: lease.id, until: this.clock.now() + timeout });
      const noted = tap<Reading>({
        next: ({ index }) => this.#tokens.set(nonce, index),
        error: (error: unknown) => isUnclear(error) && doubt(),
      });
      return this.#inTurn(key, place.pipe(noted)).pipe(
        map(({ index }): TenureRef => ({ key, id, nonce, value, lease, token: BigInt(index) })),
        catchError((error: unknown) => throwError(() => (conflictOf(error) ? new HeldError({ key }) : translated(error, lease)))),
      );
    });

  withdraw = (lease: LeaseRef, { key, nonce }: Withdrawn): Observable<never> =>
    concat(
      this.#writes.left(key).pipe(ignoreElements()),
      defer(() => {
        const token = this.#tokens.get(nonce);
        if (token !== undefined) return this.#remove(key, token).pipe(catchError(() => this.#clear(lease, { key, nonce })));
        return this.#doubtful.has(key) ? this.#clear(lease, { key, nonce }) : EMPTY;
      }),
    ).pipe(tap({ complete: () => this.#forget({ key, nonce }) }));

  monitor = ({ key, lease, token }: TenureRef): Observable<never> =>
    this.#shown$.pipe(
      filter(({ index }) => BigInt(index) >= token), // not from before it was ours
      tap(({ keys }) => {
        const session = keys.get(key)?.session;
        if (session !== lease.id) throw new ClaimLostError({ key }, session ? 'taken' : 'deleted');
      }),
      ignoreElements(),
    );

  /** To be done at each renewal, so that what fails is mended by the next. */
  sweep(lease: LeaseRef): void {
    for (const [key, doubt] of this.#doubtful) {
      if (doubt.lease === lease.id && !this.#live.has(key)) this.#swept(lease, key).subscribe({ error: () => undefined });
    }
  }
  /** The session has ended, and all its keys with it. */
  end({ id }: LeaseRef): void {
    this.#doubtful.forEach(({ lease }, key) => lease === id && this.#doubtful.delete(key));
  }

  /** Until a read later than the last unclear write's own deadline shows nothing of ours. */
  #clear(lease: LeaseRef, claim: Withdrawn): Observable<never> {
    return defer(() => {
      const newer = this.#live.get(claim.key);
      if (newer !== undefined && newer !== claim.nonce) return EMPTY; // whatever is there is its own
      const rest = (this.#doubtful.get(claim.key)?.until ?? 0) - this.clock.now();
      const again = rest > 0 ? concat(timer(rest, this.clock).pipe(ignoreElements()), this.#clear(lease, claim)) : EMPTY;
      return concat(this.#swept(lease, claim.key), again);
    });
  }
  #swept({ id }: LeaseRef, key: string): Observable<never> {
    return this.#store.read(key, { recurse: false }).pipe(
      mergeMap(({ entries }) => entries.filter(({ session }) => session === id)),
      mergeMap(({ modifyIndex }) => this.#remove(key, modifyIndex)),
      catchError((error: unknown) => throwError(() => translated(error))),
    );
  }
  #remove(key: string, index: number): Observable<never> {
    const guarded = [{ verb: 'check-index', key, index } as const, { verb: 'delete', key } as const];
    return this.#inTurn(
      key,
      request(() => this.#store.transact(guarded, 2_000)),
    ).pipe(ignoreElements());
  }
  /** Writes of a key go one after another, in the order in which they were asked for, whether or not anybody still waits. */
  #inTurn(key: string, write: Observable<Reading>): Observable<Reading> {
    return defer(() => {
      const [outcome$, before] = [new AsyncSubject<Reading>(), this.#writes.left(key)];
      concat(before.pipe(ignoreElements()), write).subscribe(outcome$);
      this.#writes.enter(key)(outcome$.pipe(catchError(() => EMPTY)));
      return outcome$;
    });
  }
  #forget({ key, nonce }: Withdrawn): void {
    this.#tokens.delete(nonce);
    if (this.#live.get(key) === nonce) this.#live.delete(key);
  }
}
