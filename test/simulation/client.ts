import {
  EMPTY,
  NEVER,
  type Observable,
  ReplaySubject,
  Subscription,
  defer,
  delay,
  finalize,
  interval,
  merge,
  race,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import { type Fault, type MemoryCall, type Side, memoryFaults } from '../../src/backends/memory/faults.js';
import { ClaimLostError, LeaseLostError, isTenureError } from '../../src/core/errors.js';
import type { Tenure } from '../../src/core/tenure.js';
import type { Backend, Claim, Leader, LeaseRef } from '../../src/core/types.js';
import { openLease } from '../../src/operators/openLease.js';
import { refreshLease } from '../../src/operators/refreshLease.js';
import { shareLatest } from '../../src/operators/shareLatest.js';
import { switchWhileSelected } from '../../src/operators/switchWhileSelected.js';
import { whileSelected } from '../../src/operators/whileSelected.js';
import { election } from '../../src/recipes/election.js';
import { locker } from '../../src/recipes/locker.js';
import { readWriteLock } from '../../src/recipes/readWriteLock.js';
import { semaphore } from '../../src/recipes/semaphore.js';
import type { Process } from './clock.js';
import type { Connected, Model } from './model.js';
import type { Kind } from './schedule.js';

export const KEY = 'jobs';
export const SEATS = 'seats';
export const FILES = 'files';
export const PERMITS = 2;

interface Moment {
  readonly mono: number;
  readonly wall: number;
}
interface Judge {
  /** A rule was broken. */
  violated(rule: string, detail?: unknown): void;
  /** Called with each tenure as it is emitted. */
  elected(client: Client, tenure: Tenure, replayed: boolean): void;
  /** A tenure ended that nobody here gave up, and no fault since it began explains. */
  lost(client: Client, tenure: Tenure): void;
  /** A tenure of the election is over, for whatever reason. */
  gaveUp(client: Client, tenure: Tenure): void;
  /** It ended by the word of the store: the claim, or its lease, is gone. */
  refuted(client: Client, tenure: Tenure, why: Error): void;
  /** A claim failed by the word of the store: it is gone, or its lease. */
  rejected(client: Client, claim: Claim, why: Error): void;
  /** It is being released while what it waits for goes on. */
  hurried(client: Client, tenure: Tenure): void;
  /** A release was said to be done, and nothing was in its way. */
  released(client: Client, tenure: Tenure): void;
  /** Something left an operator on the strength of this tenure. */
  relied(client: Client, tenure: Tenure, what: string): void;
  /** An observer was told of a leader. */
  named(client: Client, leader: Leader): void;
  /** Work of this tenure looked, and writes. */
  wrote(client: Client, tenure: Tenure): void;
}

export interface Planned {
  readonly kind: Kind;
  readonly verb: MemoryCall['verb'];
  readonly fault: Fault;
  /** Unsubscribes when the message is sent. */
  readonly leaves: boolean;
}

/** One process with an election, locks and work to do, and what the judge wants to know of it. */
export class Client {
  readonly faults = memoryFaults();
  /** What will happen to its next messages. */
  readonly planned: Planned[] = [];
  readonly connected: Connected;
  readonly election;
  readonly locker;
  readonly #semaphore;
  readonly #readWriteLock;
  /** Tenures told and not yet ended, for all we have been told. */
  readonly tenures = new Set<Tenure>();
  /** The same, as subscribers that still listen were told: the election's latest, and locks that go on. */
  readonly told = new Set<Tenure>();
  /** Claims whose work goes on. */
  readonly working = new Map<string, Tenure>();
  readonly #cuts = new Set<{ readonly side: Side }>();
  #isolations = 0;
  /** What was given to `waitUntil`, and until when it goes on. */
  readonly #kept = new Map<string, { readonly tenure: Tenure; readonly until: number }>();
  /** The latest time in which faults of this client may explain a loss. */
  trouble = { from: 0, until: 0 };
  /** Until when its answers overtake each other. */
  reorderedUntil = 0;
  /** Until when its machine's sleep, or its clock set back, may be half of what it counts a lease by. */
  asleepUntil = 0;
  setBackUntil = 0;
  /** Tokens of tenures of the election that are over, in this life of the store's data. */
  readonly givenUp = new Set<bigint>();
  /** We gave it up ourselves. */
  resigned = true;
  readonly locks = new Set<Subscription>();
  pendingLocks = 0;
  /** Whoever holds a lock, or gets one, has done with it. */
  readonly hurry = new ReplaySubject<void>(1);
  pendingPromises = 0;
  readonly #margin: number;
  readonly #grace: number;
  #selected: Subscription | undefined;
  #tenure: Subscription | undefined;
  #started = false;
  #subscribing = false;
  #own: Tenure | null = null;
  #last: Tenure | null = null;
  #heldSince = 0;
  readonly #sent = new Map<string, Moment>();
  readonly #known = new WeakSet<Tenure>();

  constructor(
    readonly name: string,
    readonly process: Process,
    readonly model: Model,
    readonly judge: Judge,
    readonly chance: () => number,
  ) {
    const { ttl } = model;
    this.#margin = chance() < 0.3 ? ttl / 4 : ttl / 10;
    this.#grace = ttl / 3;
    const timing = { ttl, scheduler: process, margin: this.#margin };
    const refreshEvery = chance() < 0.3 ? ttl / 12 : ttl / 5;
    this.connected = model.connect(process, this.faults);
    const backend = this.#witnessed(this.connected.backend);
    const backoff = { random: chance, max: ttl / 2 };
    const refreshed = refreshLease(backend, { every: refreshEvery, scheduler: process });
    const shared$ = openLease(backend, timing).pipe(refreshed, shareLatest());
    const owning = { ...timing, refreshEvery, grace: this.#grace };
    const sharing = { lease$: shared$, scheduler: process, grace: this.#grace };
    const common = chance() < 0.3 ? sharing : owning; // two claims of one lease on one key
    this.election = election(backend, { ...common, key: KEY, id: name, value: name, backoff });
    this.locker = locker(backend, common);
    this.#semaphore = model.kinds.includes('permits') ? semaphore(backend, { ...sharing, key: SEATS, permits: PERMITS }) : undefined;
    this.#readWriteLock = model.kinds.includes('shared') ? readWriteLock(backend, { ...sharing, key: FILES }) : undefined;
    this.connected.released$.subscribe((what) => {
      const gives = (nonce: string, { lease }: Tenure) =>
        what.nonce === nonce || (what.nonce === undefined && what.lease === lease.id);
      for (const [nonce, tenure] of this.working) if (gives(nonce, tenure)) judge.violated('released before the work had ended', name);
      const waits = this.trouble.until < Infinity; // unless it closes its backend
      for (const [nonce, { tenure, until }] of this.#kept)
        if (waits && gives(nonce, tenure) && process.world.time < until && tenure.lease.isCurrent()) judge.hurried(this, tenure);
    });
  }

  /** Judged independently of the product: when each lease stops being trustworthy, by this process's own clocks. */
  left(tenure: Tenure): number {
    const sent = this.#sent.get(tenure.lease.id);
    return sent ? tenure.lease.ttl - this.#margin - this.#since(sent) : -Infinity;
  }
  /** Awake, by the clock that no administrator moves, and yet nobody has said that it is over. */
  isOverdue(tenure: Tenure): boolean {
    const { mono } = this.#sent.get(tenure.lease.id) ?? { mono: -Infinity };
    return this.process.now() - mono > tenure.lease.ttl - this.#margin + 1;
  }
  /** All leases that it was ever granted. */
  get leases(): ReadonlyMap<string, unknown> {
    return this.#sent;
  }
  #since({ mono, wall }: Moment): number {
    return Math.max(this.process.now() - mono, this.process.wall() - wall);
  }
  #moment(): Moment {
    return { mono: this.process.now(), wall: this.process.wall() };
  }
  get believed(): Tenure[] {
    return [...this.tenures].filter((tenure) => tenure.isCurrent());
  }
  get isSubscribed(): boolean {
    return this.#selected?.closed === false;
  }

  /** @returns How it heals, unless it is cut off besides. */
  cut(side: Side): () => void {
    const cut = { side };
    const apply = () => {
      const sides = new Set([...this.#cuts].map(({ side }) => side));
      const [one] = sides;
      if (one) this.faults.partition(sides.size > 1 ? 'both' : one);
      else this.faults.heal();
    };
    this.#cuts.add(cut);
    apply();
    return () => (this.#cuts.delete(cut), apply());
  }
  /** Its machine, from the servers. */
  isolate(): () => void {
    const { link } = this.connected;
    if (!link) return this.cut('both');
    if (this.#isolations++ === 0) link(false);
    return () => --this.#isolations === 0 && link(true);
  }

  subscribe(way: number): void {
    if (this.isSubscribed) return;
    const { election: one, process, judge } = this;
    this.#subscribing = true;
    this.#selected = new Subscription(); // there already for who leaves while a request is being sent
    this.#follows();
    const selected = one.isSelected$.pipe(tap((yes) => yes && this.#own && judge.relied(this, this.#own, 'true')));
    const ticks = interval(97, process);
    const work =
      way % 2
        ? switchWhileSelected(one, (tenure) => merge(this.#work(tenure), tenure.token % 2n ? NEVER : ticks))
        : ticks.pipe(whileSelected(one));
    const leaders = one.leader$.pipe(
      tap((leader) => {
        if (leader) judge.named(this, leader);
        if (leader?.id !== this.name) return;
        if (this.givenUp.has(leader.token)) judge.violated('an observer names a tenure that it gave up itself', this.name);
        // A store that was restored may bring back an older claim of ours, and name that: it is not our word.
        if (leader.token === this.#own?.token) judge.relied(this, this.#own, 'leader');
      }),
    );
    const done = work.pipe(tap(() => this.#own && this.#does(this.#own, 'work value')));
    const watched = merge(one.connected$, one.value$, one.events$, this.locker.holder$(KEY));
    const all = merge(selected, done, way % 3 ? leaders : EMPTY, way % 8 ? EMPTY : watched);
    this.#selected.add(all.subscribe({ error: this.#fatal }));
    this.#subscribing = false;
  }
  /** The first to hear of each tenure, as long as anybody wants one. */
  #follows(): void {
    if (this.#tenure?.closed === false) return;
    const next = (tenure: Tenure | null) => {
      this.#ended();
      if (!tenure) return;
      [this.#own, this.#heldSince, this.resigned] = [tenure, this.process.world.time, false];
      this.told.add(tenure);
      this.#elected(tenure);
    };
    this.#tenure = new Subscription();
    this.#tenure.add(this.election.tenure$.subscribe({ next, error: this.#fatal }));
  }
  unsubscribe(): void {
    this.#selected?.unsubscribe();
    if (!this.#started) this.#resign();
  }
  start(): void {
    this.#started = true;
    this.#follows();
    this.subscribe(1);
    this.election.start();
  }
  stop(): void {
    this.resigned = true;
    this.#started = false;
    const told = this.election.stop();
    this.#heard(this.#released(told, this.#last));
    if (!this.isSubscribed) this.#resign();
  }
  stepDown(): void {
    this.resigned = true;
    const own = this.#own;
    this.#heard(this.#released(this.election.stepDown(), own));
  }
  #resign(): void {
    this.resigned = true;
    this.#tenure?.unsubscribe();
    this.#ended();
  }
  /** Once it is said, a store that could be asked holds the key no more. */
  #released(told: Promise<void>, own: Tenure | null): Promise<void> {
    const { world } = this.process;
    const since = world.time;
    const isUntroubled = () => this.trouble.until < since && world.time < since + this.model.ttl / 2;
    return told.then(() => {
      if (own && isUntroubled()) this.judge.released(this, own);
    });
  }
  proclaim(value: string): void {
    this.#heard(this.election.proclaim(value));
  }
  /** What a late subscriber hears at once must be true. */
  late(): void {
    const heard: boolean[] = [];
    if (!this.election.isSelected() && !this.isSubscribed) return;
    this.election.isSelected$.subscribe((yes) => heard.push(yes)).unsubscribe();
    const [tenure] = this.believed.filter(({ key }) => key === KEY);
    if (heard[0] !== this.election.isSelected()) this.judge.violated('a late subscriber heard something else', heard);
    if (heard[0] && tenure) this.judge.relied(this, tenure, 'replayed true');
  }
  lock(holdFor: number, timeout: number): void {
    this.#under((work) => this.locker.withLock(KEY, work, { timeout }), holdFor, timeout);
  }
  tryLock(holdFor: number): void {
    this.#hold(this.locker.tryLock(KEY), holdFor);
  }
  /** Equal requests share a tenure. */
  share(holdFor: number): void {
    this.#under((work) => this.locker.withLock(KEY, work, { share: true }), holdFor);
    this.#hold(this.locker.lock(KEY, { share: true }), holdFor / 2);
  }
  permit(holdFor: number): void {
    const one = this.#semaphore;
    if (one && holdFor % 2) this.#under((work) => one.withPermit(work), holdFor);
    else if (one) this.#hold(one.tryAcquire(), holdFor);
  }
  read(holdFor: number): void {
    const one = this.#readWriteLock;
    if (one) this.#under((work) => one.withRead(work), holdFor);
  }
  write(holdFor: number): void {
    const one = this.#readWriteLock;
    if (one) this.#under((work) => one.withWrite(work), holdFor);
  }
  leave(): void {
    this.locks.forEach((lock) => lock.unsubscribe());
  }
  release(): void {
    this.#heard(this.locker.release(KEY));
  }
  close(): void {
    for (const one of [this.locker, this.#semaphore, this.#readWriteLock]) if (one) this.#heard(one.close());
  }
  /** Whatever it says is said by us, and settles. */
  #heard(told: Promise<unknown>): void {
    this.pendingPromises++;
    const settled = () => void this.pendingPromises--;
    told.then(settled, (error: unknown) => {
      settled();
      if (!isTenureError(error)) this.judge.violated('a promise failed with a foreign error', error);
    });
  }

  #under(during: (work: (tenure: Tenure) => Observable<unknown>) => Observable<unknown>, holdFor: number, timeout?: number): void {
    const over = race(
      defer(() => timer(holdFor, this.process)),
      this.hurry,
    );
    const held: Tenure[] = [];
    const work = (tenure: Tenure) => {
      held[0] = tenure;
      this.#elected(tenure);
      return merge(this.#work(tenure), interval(101, this.process)).pipe(takeUntil(over));
    };
    const lock = this.#follow(during(work).pipe(tap(() => this.#does(held[0]!, 'lock value'))));
    if (timeout === undefined) return;
    const mustBeOver = () => held[0] || lock.closed || this.judge.violated('a lock waits longer than its timeout', this.name);
    lock.add(timer(timeout, this.process).pipe(delay(1, this.process)).subscribe(mustBeOver)); // a process that wakes runs its timers in any order
  }
  #hold(lock$: Observable<Tenure>, holdFor: number): void {
    const over = race(
      defer(() => timer(holdFor, this.process)),
      this.hurry,
    );
    const held: Tenure[] = [];
    this.#follow(
      lock$.pipe(
        tap((tenure) => {
          held[0] = tenure;
          this.told.add(tenure);
          this.#elected(tenure);
        }),
        takeUntil(over),
        finalize(() => this.told.delete(held[0]!)),
      ),
    );
  }
  #follow(lock$: Observable<unknown>): Subscription {
    this.pendingLocks++;
    const lock = lock$.pipe(finalize(() => this.pendingLocks--)).subscribe({
      error: (error: unknown) => isTenureError(error) || this.judge.violated('a lock failed with a foreign error', error),
    });
    this.locks.add(lock);
    lock.add(() => this.locks.delete(lock));
    return lock;
  }
  /** Work that takes a moment to end once it is left, now and then. */
  #work(tenure: Tenure): Observable<never> {
    return defer(() => {
      this.working.set(tenure.nonce, tenure);
      if (tenure.signal.aborted) this.judge.violated('work began with an aborted signal');
      return NEVER.pipe(
        finalize(() => {
          this.working.delete(tenure.nonce);
          if (tenure.isCurrent() && tenure.signal.aborted) this.judge.violated('current with an aborted signal');
          if (this.chance() < 0.5) this.#keep(tenure, this.chance() < 0.1 ? Infinity : this.chance() * 200);
        }),
      );
    });
  }
  /** Not for ever. */
  #keep(tenure: Tenure, ms: number): void {
    const { process } = this;
    tenure.waitUntil(ms < Infinity ? timer(ms, process) : NEVER);
    const until = process.world.due(Math.min(ms, this.#grace), process);
    this.#kept.set(tenure.nonce, { tenure, until: Math.max(until, this.#kept.get(tenure.nonce)?.until ?? 0) }); // shared, perhaps
  }
  #does(tenure: Tenure, what: string): void {
    this.judge.relied(this, tenure, what);
    if (tenure.key === KEY) this.judge.wrote(this, tenure);
  }
  #elected(tenure: Tenure): void {
    this.tenures.add(tenure);
    this.givenUp.delete(tenure.token);
    if (this.#known.has(tenure)) return; // shared, or replayed
    this.#known.add(tenure);
    const { signal } = tenure;
    signal.addEventListener('abort', () => isStoresWord(signal.reason) && this.judge.refuted(this, tenure, signal.reason));
    this.judge.elected(this, tenure, this.#subscribing);
  }
  /** The election's own. */
  #ended(): void {
    const [own, since] = [this.#own, this.#heldSince];
    this.#own = null;
    if (!own) return;
    this.#last = own;
    this.told.delete(own);
    this.tenures.delete(own);
    this.judge.gaveUp(this, own);
    if (!this.resigned && this.trouble.until < since) this.judge.lost(this, own);
  }
  #fatal = (error: unknown) => this.judge.violated('an election ended', error);

  #witnessed(backend: Backend): Backend {
    const sent = (lease: LeaseRef, at: Moment) => {
      const before = this.#sent.get(lease.id);
      const alive = !before || lease.ttl - this.#margin - this.#since(before) > 0;
      if (alive && (!before || at.mono > before.mono)) this.#sent.set(lease.id, at);
    };
    return {
      ...backend,
      acquire: (lease, claim) =>
        backend
          .acquire(lease, claim)
          .pipe(tap({ error: (error: unknown) => isStoresWord(error) && this.judge.rejected(this, claim, error) })),
      grant: (ttl) =>
        defer(() => {
          const at = this.#moment();
          return backend.grant(ttl).pipe(tap((grant) => sent(grant, at)));
        }),
      renew: (lease) =>
        defer(() => {
          const at = this.#moment();
          return backend.renew(lease).pipe(tap(() => sent(lease, at)));
        }),
    };
  }
}

/** Nobody here gave it up, and no deadline passed. */
const isStoresWord = (reason: unknown): reason is Error =>
  reason instanceof ClaimLostError ? reason.reason !== 'released' : reason instanceof LeaseLostError && reason.reason === 'revoked';
