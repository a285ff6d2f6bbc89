import type { Observable } from 'rxjs';

/** Whether a claim shares its key: alone, with other readers, or with up to `permits` holders. */
export type ClaimKind = 'exclusive' | 'shared' | { readonly permits: number };
export type KindName = 'exclusive' | 'shared' | 'permits';

/** A lease as plain data. */
export interface LeaseRef {
  readonly id: string;
  /** Milliseconds, as the store granted them. */
  readonly ttl: number;
}
/** What the store answers to a request for a lease. */
export type Grant = LeaseRef;

/** What a candidate asks for. */
export interface ClaimOptions {
  readonly key: string;
  /** Who claims. @default random */
  readonly id?: string;
  /** What the holder announces. @default '' */
  readonly value?: string;
  /** `false`: never queue. @default true */
  readonly wait?: boolean;
  /** @default 'exclusive' */
  readonly kind?: ClaimKind;
}
/** One attempt to own a key: its nonce is never used twice, so that nobody adopts the claim of another attempt. */
export interface Claim extends ClaimOptions {
  readonly nonce: string;
}
/** A claim and the lease that it is bound to. */
export interface ClaimRef {
  readonly key: string;
  readonly id: string;
  readonly nonce: string;
  readonly kind?: ClaimKind;
  readonly lease: LeaseRef;
}
/** How something of ours left the store: it said so, or its lease ran out there while it could not be asked. */
export type Release = 'released' | 'expired';

/** A claim whose turn has come, as the store tells it. */
export interface TenureRef extends ClaimRef {
  readonly value: string;
  readonly token: bigint;
}

/** Whoever holds a key now. */
export interface Leader {
  readonly id: string;
  readonly value: string;
  readonly token: bigint;
}

export interface WatchOptions {
  /**
   * Confirms by a read at least this often, in milliseconds, and emits at each confirmation, changed or not.
   * Without it the store is read again at the backend's own pace, and only changes are emitted.
   */
  readonly confirmEvery?: number;
}

/**
 * A store, as verbs. Each is a cold observable; none reads a clock; every call has a timeout of its own, and every
 * failure is a TenureError.
 */
export interface Backend {
  /** Smallest ttl that can be asked for, in milliseconds. */
  readonly minTtl: number;
  readonly kinds: readonly KindName[];
  /** Limits in bytes of UTF-8. */
  readonly limits?: { readonly key?: number; readonly value?: number };

  /** Emits once. Never retries inside: the caller noted when it was sent. */
  grant(ttl: number): Observable<Grant>;
  /** Emits once. `LEASE_LOST` only when the store says so: anything else is unknown, not lost. Never retries inside. */
  renew(lease: LeaseRef): Observable<unknown>;
  /** Ends the lease and all its claims; completes. Idempotent. */
  revoke(lease: LeaseRef): Observable<unknown>;

  /**
   * Emits once, when a linearizable answer showed this very claim first in line; never completes. Unsubscribing stops
   * the wait and releases nothing: `withdraw` does. `wait: false` never queues: `HELD` when taken or waited for.
   */
  acquire(lease: LeaseRef, claim: Claim): Observable<TenureRef>;
  /** Completes when the store holds nothing of this claim. Idempotent, guarded. */
  withdraw(lease: LeaseRef, claim: Pick<Claim, 'key' | 'nonce' | 'id' | 'kind'>): Observable<unknown>;
  /** Emits nothing while the key is ours. `CLAIM_LOST` when deleted, overwritten or taken; a broken connection is no loss. */
  monitor(tenure: TenureRef): Observable<never>;
  /** Changes the value of a claim, held or waiting; completes. In order of subscription; never moves the token. */
  update(claim: ClaimRef, value: string): Observable<unknown>;
  /** The (oldest) holder or null, now and on change, never older than what was emitted before. */
  watch(key: string, options?: WatchOptions): Observable<Leader | null>;

  /** Ends what the backend owns: connections, watches, leases nobody gave back. */
  close(): Promise<void>;
}
