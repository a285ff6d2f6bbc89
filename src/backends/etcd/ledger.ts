import type { LeaseRef } from '../../core/types.js';
import { type Asked, Attempt } from './attempt.js';

/** What we did under one lease. */
class Account {
  readonly attempts = new Map<string, Attempt>();
  /** Keys that were withdrawn after an unclear write: whenever one turns up, it is swept. */
  readonly doubtful = new Set<string>();
  confirmedAt = performance.now();
  constructor(
    readonly lease: LeaseRef,
    /** Whether the lease is ours to revoke. */
    public granted = false,
  ) {}
}

/** Which leases and attempts we are answerable for. A lease that ends takes all of its keys along, also those yet to come. */
export class Ledger {
  readonly #accounts = new Map<string, Account>();

  constructor(private readonly prefix: string) {}

  granted(lease: LeaseRef): void {
    this.#forgetOld();
    this.#account(lease).granted = true;
  }
  confirmed(lease: LeaseRef): void {
    this.#account(lease).confirmedAt = performance.now();
  }
  ended({ id }: LeaseRef): void {
    this.#accounts.delete(id);
  }
  /** Leases that we were granted and that have not ended. */
  get leases(): LeaseRef[] {
    return [...this.#accounts.values()].filter(({ granted }) => granted).map(({ lease }) => lease);
  }

  /** Entered before its first request is sent. */
  enter(lease: LeaseRef, asked: Asked): Attempt {
    const attempt = new Attempt(this.prefix, lease, asked);
    this.#account(lease).attempts.set(attempt.path, attempt);
    return attempt;
  }
  /** The attempt as we know it, or one of which anything may be true. */
  find(lease: LeaseRef, asked: Asked): Attempt {
    const unknown = new Attempt(this.prefix, lease, asked, false);
    return this.#accounts.get(lease.id)?.attempts.get(unknown.path) ?? unknown;
  }
  /** Withdrawn; what is unclear stays under suspicion until its lease ends. */
  leave({ lease, path, unclear, placed$ }: Attempt): void {
    placed$.complete();
    const account = this.#accounts.get(lease.id);
    account?.attempts.delete(path);
    if (unclear) account?.doubtful.add(path);
  }

  doubtful({ id }: LeaseRef): string[] {
    return [...(this.#accounts.get(id)?.doubtful ?? [])];
  }
  isDoubtful(path: string, lease: string): boolean {
    return this.#accounts.get(lease)?.doubtful.has(path) ?? false;
  }

  #account(lease: LeaseRef): Account {
    const account = this.#accounts.get(lease.id) ?? new Account(lease);
    this.#accounts.set(lease.id, account);
    return account;
  }
  /** Nobody tells us of a lease that has run out where it can't be reached. */
  #forgetOld(): void {
    const over = ({ lease, confirmedAt, attempts }: Account) =>
      attempts.size === 0 && performance.now() - confirmedAt > 10 * lease.ttl;
    this.#accounts.forEach((account, id) => over(account) && this.#accounts.delete(id));
  }
}
