import { EMPTY, type Observable, ReplaySubject, concat, defer, take, timer } from 'rxjs';
import type { LeaseRef } from '../../core/types.js';
import { type Asked, Attempt } from './attempt.js';
import { LONGEST } from './member.js';

/** What we did under one lease. */
class Account {
  readonly attempts = new Map<string, Attempt>();
  /** Keys that were withdrawn after an unclear write: whenever one turns up, it is swept. */
  readonly doubtful = new Set<string>();
  /** When the store last told that the lease lives, or somebody began something with it. */
  confirmedAt = performance.now();
  /** Whether the lease is ours to revoke. */
  granted = false;
  /** Until then a grant of it may come to pass: one that is under way, or whose outcome is unknown. */
  clearAt = 0;
  /** Emits when somebody told what came of the grant, or when nobody will. */
  readonly outcome$ = new ReplaySubject<void>(1);
  constructor(readonly lease: LeaseRef) {}
}

/** Which leases and attempts we are answerable for. A lease that ends takes all of its keys along, also those yet to come. */
export class Ledger {
  readonly #accounts = new Map<string, Account>();

  constructor(private readonly prefix: string) {}

  /** Entered before the grant is sent. Until its outcome is known, it is kept, whatever a revocation finds. */
  asked(lease: LeaseRef): void {
    Object.assign(this.#account(lease), { granted: true, clearAt: Infinity });
  }
  granted(lease: LeaseRef): void {
    this.#outcome(lease, 0);
  }
  /** Nobody told what came of the grant: until then it may still be carried out. */
  unclear(lease: LeaseRef, clearAt: number): void {
    this.#outcome(lease, clearAt);
  }
  #outcome(lease: LeaseRef, clearAt: number): void {
    Object.assign(this.#account(lease), { granted: true, clearAt }).outcome$.next();
  }
  confirmed({ id }: Pick<LeaseRef, 'id'>): void {
    const account = this.#accounts.get(id);
    if (account) account.confirmedAt = performance.now();
  }
  /** The store doesn't know it: it has ended, unless its grant is still to come. */
  missing(lease: LeaseRef): void {
    if (performance.now() >= (this.#accounts.get(lease.id)?.clearAt ?? 0)) this.ended(lease);
  }
  ended({ id }: LeaseRef): void {
    const account = this.#accounts.get(id);
    this.#accounts.delete(id);
    account?.outcome$.next();
    account?.attempts.forEach((attempt) => attempt.ended());
  }

  knows({ id }: LeaseRef): boolean {
    return this.#accounts.has(id);
  }
  /** Leases that we asked for and that have not ended. */
  get leases(): LeaseRef[] {
    return [...this.#accounts.values()].filter(({ granted }) => granted).map(({ lease }) => lease);
  }
  /** Completes when a grant that is under way has ended, and can't come to pass any more where its outcome is unknown. */
  settled({ id }: LeaseRef): Observable<unknown> {
    const outcome$: Observable<void> = this.#accounts.get(id)?.outcome$ ?? EMPTY;
    return concat(
      outcome$.pipe(take(1)),
      defer(() => this.#clear(id)),
    );
  }
  #clear(id: string): Observable<unknown> {
    const { clearAt = 0 } = this.#accounts.get(id) ?? {};
    return clearAt > 0 ? timer(timeUntil(clearAt)) : EMPTY;
  }

  /** Entered before its first request is sent. */
  enter(lease: LeaseRef, asked: Asked): Attempt {
    const attempt = new Attempt(this.prefix, lease, asked);
    this.#account(lease).attempts.set(attempt.path, attempt);
    this.confirmed(lease);
    return attempt;
  }
  /** The attempt as we know it, or one of which anything may be true. */
  find(lease: LeaseRef, asked: Asked): Attempt {
    const unknown = new Attempt(this.prefix, lease, asked, false);
    return this.#accounts.get(lease.id)?.attempts.get(unknown.path) ?? unknown;
  }
  /** Withdrawn; what is unclear stays under suspicion until its lease ends. */
  leave({ lease, path, unclear }: Attempt): void {
    const account = this.#accounts.get(lease.id);
    account?.attempts.delete(path);
    if (unclear) account?.doubtful.add(path);
  }

  /** Attempts under leases that are another's: to revoke those is not for us. */
  get borrowed(): Attempt[] {
    return this.#others.flatMap(({ attempts }) => [...attempts.values()]);
  }
  /** And what was withdrawn of them, and may still turn up. */
  get doubtfulBorrowed(): string[] {
    return this.#others.flatMap(({ doubtful }) => [...doubtful]);
  }
  get #others(): Account[] {
    return [...this.#accounts.values()].filter(({ granted }) => !granted);
  }

  doubtful({ id }: LeaseRef): string[] {
    return [...(this.#accounts.get(id)?.doubtful ?? [])];
  }
  isDoubtful(path: string, lease: string): boolean {
    return this.#accounts.get(lease)?.doubtful.has(path) ?? false;
  }

  #account(lease: LeaseRef): Account {
    const account = this.#accounts.get(lease.id) ?? this.#open(lease);
    this.#accounts.set(lease.id, account);
    return account;
  }
  #open(lease: LeaseRef): Account {
    this.#forgetOld();
    return new Account(lease);
  }
  /** Nobody tells us of a lease that has run out where it can't be reached. */
  #forgetOld(): void {
    const isOver = ({ lease, confirmedAt }: Account) => performance.now() - confirmedAt > 10 * lease.ttl + LONGEST;
    this.#accounts.forEach((account) => isOver(account) && this.ended(account.lease));
  }
}

/** Milliseconds until a request that was meant to end then has ended. */
export const timeUntil = (clearAt: number): number => Math.min(Math.max(0, clearAt - performance.now()), LONGEST);
