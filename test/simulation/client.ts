import { EMPTY, NEVER, type Observable, type Subscription, defer, finalize, interval, merge, takeUntil, tap, timer } from 'rxjs';
import { type Fault, type MemoryCall, memoryFaults } from '../../src/backends/memory/faults.js';
import { type Instant, elapsed, instant } from '../../src/core/clock.js';
import { isTenureError } from '../../src/core/errors.js';
import type { Tenure } from '../../src/core/tenure.js';
import type { Backend, LeaseRef } from '../../src/core/types.js';
import { switchWhileSelected } from '../../src/operators/switchWhileSelected.js';
import { whileSelected } from '../../src/operators/whileSelected.js';
import { election } from '../../src/recipes/election.js';
import { locker } from '../../src/recipes/locker.js';
import type { Process } from './clock.js';
import type { Connected, Model } from './model.js';

export const KEY = 'jobs';
export const TTL = 1_000;
const MARGIN = TTL / 10;

interface Judge {
  /** A rule was broken. */
  violated(rule: string, detail?: unknown): void;
  /** Called with each tenure as it is emitted. */
  elected(client: Client, tenure: Tenure): void;
  /** A tenure ended that nobody here gave up, and no fault since it began explains. */
  lost(client: Client, tenure: Tenure): void;
  /** Something left an operator on the strength of this tenure. */
  relied(client: Client, tenure: Tenure, what: string): void;
}

/** One process with an election, a locker and work to do, and what the judge wants to know of it. */
export class Client {
  readonly faults = memoryFaults();
  /** What will happen to its next messages. */
  readonly planned: { verb: MemoryCall['verb']; fault: Fault }[] = [];
  readonly connected: Connected;
  readonly election;
  readonly locker;
  /** Tenures told and not yet ended, for all we have been told. */
  readonly tenures = new Set<Tenure>();
  /** Claims whose work goes on. */
  readonly working = new Map<string, Tenure>();
  /** Until when faults of this client may explain a loss. */
  troubledUntil = 0;
  /** We gave it up ourselves. */
  resigned = true;
  readonly locks = new Set<Subscription>();
  pendingLocks = 0;
  #selected: Subscription | undefined;
  #own: Tenure | null = null;
  #heldSince = 0;
  readonly #sent = new Map<string, Instant>();

  constructor(
    readonly name: string,
    readonly process: Process,
    model: Model,
    readonly judge: Judge,
    readonly chance: () => number,
  ) {
    this.connected = model.connect(process, this.faults);
    const backend = this.#witnessed(this.connected.backend);
    const common = { ttl: TTL, scheduler: process };
    const backoff = { random: chance, max: 500 };
    this.election = election(backend, { ...common, key: KEY, id: name, value: name, backoff, grace: 300 });
    this.locker = locker(backend, { ...common, grace: 300 });
    this.connected.released$.subscribe((what) => {
      for (const [nonce, tenure] of this.working)
        if (what.nonce === nonce || (what.nonce === undefined && what.lease === tenure.lease.id))
          judge.violated('released before the work had ended', name);
    });
  }

  /** Judged independently of the product: when each lease stops being trustworthy, by this process's own clocks. */
  left(tenure: Tenure): number {
    const sent = this.#sent.get(tenure.lease.id);
    return sent ? tenure.lease.ttl - MARGIN - elapsed(sent, this.process) : -Infinity;
  }
  get believed(): Tenure[] {
    return [...this.tenures].filter((tenure) => tenure.isCurrent());
  }

  subscribe(way: number): void {
    if (this.#selected && !this.#selected.closed) return;
    const { election: one, process, judge } = this;
    const latest = { tenure: null as Tenure | null };
    const told = one.tenure$.pipe(
      tap((tenure) => {
        latest.tenure = tenure;
        this.#ended();
        if (tenure) {
          [this.#own, this.#heldSince, this.resigned] = [tenure, this.process.world.now, false];
          this.#elected(tenure);
        }
      }),
    );
    const selected = one.isSelected$.pipe(tap((yes) => yes && latest.tenure && judge.relied(this, latest.tenure, 'true')));
    const ticks = interval(37, process);
    const work =
      way % 2
        ? switchWhileSelected(one, (tenure) => merge(this.#work(tenure), tenure.token % 2n ? NEVER : ticks))
        : ticks.pipe(whileSelected(one));
    const leaders = one.leader$.pipe(
      tap((leader) => leader?.id === this.name && latest.tenure && judge.relied(this, latest.tenure, 'leader')),
    );
    const done = work.pipe(tap(() => latest.tenure && judge.relied(this, latest.tenure, 'work value')));
    this.#selected = merge(told, selected, done, way % 3 ? leaders : EMPTY).subscribe({ error: this.#fatal });
  }
  unsubscribe(): void {
    this.resigned = true;
    this.#selected?.unsubscribe();
    this.#ended();
  }
  start(): void {
    this.subscribe(1);
    this.election.start();
  }
  stop(): void {
    this.resigned = true;
    void this.election.stop();
  }
  stepDown(): void {
    this.resigned = true;
    void this.election.stepDown();
  }
  proclaim(value: string): void {
    this.election.proclaim(value).catch((error: unknown) => {
      if (!isTenureError(error)) this.judge.violated('proclaim failed with a foreign error', error);
    });
  }
  /** What a late subscriber hears at once must be true. */
  late(): void {
    const heard: boolean[] = [];
    const watching = this.election.isSelected() || (this.#selected && !this.#selected.closed);
    if (!watching) return;
    this.election.isSelected$.subscribe((yes) => heard.push(yes)).unsubscribe();
    const [tenure] = this.believed;
    if (heard[0] !== this.election.isSelected()) this.judge.violated('a late subscriber heard something else', heard);
    if (heard[0] && tenure) this.judge.relied(this, tenure, 'replayed true');
  }

  lock(holdFor: number, timeout: number): void {
    const over = defer(() => timer(holdFor, this.process));
    const held: Tenure[] = [];
    const work = (tenure: Tenure) => {
      held[0] = tenure;
      this.#elected(tenure);
      return merge(this.#work(tenure), interval(41, this.process)).pipe(takeUntil(over));
    };
    this.#follow(this.locker.withLock(KEY, work, { timeout }).pipe(tap(() => this.judge.relied(this, held[0]!, 'lock value'))));
  }
  tryLock(holdFor: number): void {
    const over = defer(() => timer(holdFor, this.process));
    this.#follow(
      this.locker.tryLock(KEY).pipe(
        tap((tenure) => this.#elected(tenure)),
        takeUntil(over),
      ),
    );
  }
  leave(): void {
    this.locks.forEach((lock) => lock.unsubscribe());
  }

  #follow(lock$: Observable<unknown>): void {
    this.pendingLocks++;
    const lock = lock$.pipe(finalize(() => this.pendingLocks--)).subscribe({
      error: (error: unknown) => isTenureError(error) || this.judge.violated('a lock failed with a foreign error', error),
    });
    this.locks.add(lock);
    lock.add(() => this.locks.delete(lock));
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
          if (this.chance() < 0.5) tenure.waitUntil(timer(this.chance() * 200, this.process));
        }),
      );
    });
  }
  #elected(tenure: Tenure): void {
    this.tenures.add(tenure);
    this.judge.elected(this, tenure);
  }
  /** The election's own. */
  #ended(): void {
    const [own, since] = [this.#own, this.#heldSince];
    this.#own = null;
    if (!own) return;
    this.tenures.delete(own);
    if (!this.resigned && this.troubledUntil < since) this.judge.lost(this, own);
  }
  #fatal = (error: unknown) => this.judge.violated('an election ended', error);

  #witnessed(backend: Backend): Backend {
    const sent = (lease: LeaseRef, at: Instant) => {
      const before = this.#sent.get(lease.id);
      const alive = !before || lease.ttl - MARGIN - elapsed(before, this.process) > 0;
      if (alive && (!before || at.mono > before.mono)) this.#sent.set(lease.id, at);
    };
    return {
      ...backend,
      grant: (ttl) =>
        defer(() => {
          const at = instant(this.process);
          return backend.grant(ttl).pipe(tap((grant) => sent(grant, at)));
        }),
      renew: (lease) =>
        defer(() => {
          const at = instant(this.process);
          return backend.renew(lease).pipe(tap(() => sent(lease, at)));
        }),
    };
  }
}
