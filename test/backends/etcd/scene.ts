import { type Observable, firstValueFrom, lastValueFrom, timeout } from 'rxjs';
import { afterEach } from 'vitest';
import type { Etcd3 } from 'etcd3';
import { type EtcdClientOptions, type EtcdOptions, etcdBackend } from '../../../src/backends/etcd/index.js';
import { isTenureError } from '../../../src/core/errors.js';
import type { Backend, Claim, ClaimRef, LeaseRef, TenureRef } from '../../../src/core/types.js';

const PATIENCE = 15_000;

/** What a subscription has told so far; ended with the test at the latest. */
export interface Heard<T> {
  readonly values: readonly T[];
  /** The code it ended with, or 'completed'. */
  readonly end: string | undefined;
  readonly error: unknown;
  readonly closed: boolean;
  leave(): void;
}

/** One process as it would be: a backend, a lease, and what it does with them. Ended when the test ends. */
export class Actor {
  static readonly #all = new Set<Actor>();
  static cleanUp = (): Promise<unknown> => Promise.all([...Actor.#all].map((actor) => actor.close()));
  readonly #listening = new Set<() => void>();
  lease: LeaseRef = { id: '', ttl: 0 };

  constructor(readonly backend: Backend) {
    Actor.#all.add(this);
  }

  async granted(ttl = 10_000): Promise<this> {
    this.lease = await firstValueFrom(this.backend.grant(ttl).pipe(timeout(PATIENCE)));
    return this;
  }
  hold(claim: Claim): Promise<TenureRef> {
    return firstValueFrom(this.backend.acquire(this.lease, claim).pipe(timeout({ first: PATIENCE })));
  }
  /** Takes its place in the queue. */
  async queue(claim: Claim): Promise<Heard<TenureRef>> {
    const waiting = this.listen(this.backend.acquire(this.lease, claim));
    await done(this.backend.update(this.ref(claim), claim.value ?? ''));
    return waiting;
  }
  ref(claim: Claim): ClaimRef {
    return { ...claim, id: claim.id ?? '', lease: this.lease };
  }
  withdraw(claim: Claim): Promise<unknown> {
    return done(this.backend.withdraw(this.lease, claim));
  }
  renew(): Promise<unknown> {
    return done(this.backend.renew(this.lease));
  }
  listen<T>(source: Observable<T>): Heard<T> {
    const heard = { values: [] as T[], end: undefined as string | undefined, error: undefined as unknown };
    const subscription = source.subscribe({
      next: (value) => heard.values.push(value),
      error: (error: unknown) => Object.assign(heard, { end: codeOf(error), error }),
      complete: () => (heard.end = 'completed'),
    });
    this.#listening.add(() => subscription.unsubscribe());
    return Object.defineProperty(Object.assign(heard, { leave: () => subscription.unsubscribe() }), 'closed', {
      get: () => subscription.closed,
    }) as unknown as Heard<T>;
  }
  async close(): Promise<void> {
    this.#listening.forEach((leave) => leave());
    await this.backend.close();
    Actor.#all.delete(this);
  }
}
afterEach(Actor.cleanUp);

export const actor = (options: EtcdOptions | EtcdClientOptions | Etcd3): Actor => new Actor(etcdBackend(options));
export const claimOn = (key: string, id: string, more: Partial<Claim> = {}): Claim => ({
  key,
  id,
  nonce: crypto.randomUUID(),
  ...more,
});
export const done = <T>(source: Observable<T>): Promise<T | undefined> =>
  lastValueFrom(source.pipe(timeout(PATIENCE)), { defaultValue: undefined });
export const codeOf = (error: unknown): string => (isTenureError(error) ? error.code : String(error));
/** The code that it fails with. */
export const failure = (source: Observable<unknown>): Promise<{ code: string; message: string }> =>
  firstValueFrom(source.pipe(timeout({ first: PATIENCE }))).then(
    (value) => ({ code: 'none', message: JSON.stringify(value) ?? '' }),
    (error: unknown) => ({ code: codeOf(error), message: (error as Error).message }),
  );
/** A key that no other test uses. */
export const freshKey = (): string => `key-${crypto.randomUUID()}`;
