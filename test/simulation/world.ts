import { config } from 'rxjs';
import type { Fault, MemoryCall } from '../../src/backends/memory/faults.js';
import type { Tenure } from '../../src/core/tenure.js';
import { Client, KEY, TTL } from './client.js';
import { Process, World } from './clock.js';
import { etcdModel } from './model.js';
import { type Kind, type Schedule, type Step, chanceOf } from './schedule.js';

export interface Counts {
  steps: Partial<Record<Kind, number>>;
  tenures: number;
  relied: number;
  events: number;
}

export class Violation extends Error {
  override readonly name = 'Violation';
}

/** Longest latency of a message that no fault delays. */
const LATENCY = 20;
/** Within which a connected client has read a key that it holds again. */
const REREAD = TTL / 5 + 4 * LATENCY + 50;

/** Lets a schedule happen, and throws at the first broken promise. */
export function simulate({ clients: many, chance: seed, steps }: Schedule, counts?: Counts): void {
  const world = new World();
  const chance = chanceOf(seed);
  const broken: string[] = [];
  const [unhandled, random] = [config.onUnhandledError, Math.random];
  Math.random = chance;
  config.onUnhandledError = (error: unknown) => broken.push(`unhandled: ${String(error)}`);
  try {
    world.inside(() => new Simulation(world, many, chance, broken, counts).run(steps));
  } finally {
    [config.onUnhandledError, Math.random] = [unhandled, random];
  }
}

class Simulation {
  readonly model;
  readonly clients: Client[];
  /** Claims that an administrator, or a store without memory, ended, and when. */
  readonly #ended = new Map<string, number>();
  #newest = -1n;
  #down = 0;

  constructor(
    readonly world: World,
    many: number,
    readonly chance: () => number,
    readonly broken: string[],
    readonly counts?: Counts,
  ) {
    this.model = etcdModel(world.clock);
    this.clients = Array.from({ length: many }, (_, n) => {
      const process = new Process(world, 0.97 + chance() * 0.06);
      return new Client(`node-${n}`, process, this.model, this, chance);
    });
    this.clients.forEach((client) => client.faults.on((call) => this.#onTheWay(client, call)));
    world.onStep = () => this.#judge();
  }

  run(steps: readonly Step[]): void {
    for (const step of steps) {
      this.world.until(this.world.now + step.gap);
      this.#take(step);
      if (this.counts) this.counts.steps[step.kind] = (this.counts.steps[step.kind] ?? 0) + 1;
    }
    this.#heal();
    this.#mustConverge();
    this.#mustLeaveNothing();
  }

  violated(rule: string, detail?: unknown): void {
    this.broken.push(
      `${rule}${detail === undefined ? '' : ` (${detail instanceof Error ? `${detail.name}: ${detail.message}` : String(detail)})`}`,
    );
  }
  elected(client: Client, tenure: Tenure): void {
    if (this.counts) this.counts.tenures++;
    if (!this.#ended.has(tenure.nonce)) {
      if (tenure.token <= this.#newest) this.violated(`token ${tenure.token} after ${this.#newest}`, client.name);
      this.#newest = tenure.token;
    }
    if (tenure.remaining() < tenure.lease.margin) this.violated('elected with less than a margin left', client.name);
    this.relied(client, tenure, 'tenure');
  }
  lost(client: Client, { nonce }: Tenure): void {
    if (!this.#ended.has(nonce)) this.violated('a loss without a cause', client.name);
  }
  relied(client: Client, tenure: Tenure, what: string): void {
    if (this.counts) this.counts.relied++;
    if (client.left(tenure) <= 0) this.violated(`${what} past the deadline`, client.name);
    if (!this.model.honours(tenure) && !this.#excused(client, tenure))
      this.violated(`${what} that the store does not honour`, client.name);
  }

  /** After everything that happens: whoever is awake and believes must be right. */
  #judge(): void {
    if (this.counts) this.counts.events++;
    for (const client of this.clients) {
      if (client.process.paused) continue;
      for (const tenure of client.tenures) {
        if (!tenure.isCurrent()) continue;
        if (client.left(tenure) <= 0) this.violated('believes past its deadline', client.name);
        if (!this.model.honours(tenure) && !this.#excused(client, tenure))
          this.violated('believes what the store does not', client.name);
      }
    }
    if (this.broken.length > 0) throw new Violation(`at ${Math.round(this.world.now)} ms: ${this.broken[0]}`);
  }
  /** An administrator's deed is heard of within one notification, or one read of a client that can read. */
  #excused(client: Client, { nonce }: Tenure): boolean {
    const at = this.#ended.get(nonce);
    if (at === undefined) return false;
    const since = Math.max(at, client.troubledUntil, this.#down);
    return this.world.now - since <= REREAD / client.process.rate;
  }

  #take({ kind, who, size }: Step): void {
    const client = this.clients[who % this.clients.length]!;
    const { process, faults } = client;
    const awake = (run: () => void) => process.paused || this.world.step(run);
    const trouble = (ms: number) => (client.troubledUntil = Math.max(client.troubledUntil, this.world.now + ms));
    const later = (ms: number, run: () => void) => this.world.clock.schedule(run, ms);
    const admin = (run: () => void) => this.#administer(run);
    const plan = (fault: Fault, which: MemoryCall['verb'] = verb) => client.planned.push({ verb: which, fault });
    const verbs = ['grant', 'acquire', 'renew', 'withdraw', 'update', 'read', 'revoke', 'renew'] as const;
    const verb = verbs[size % verbs.length]!;
    const deeds: Record<Kind, () => unknown> = {
      subscribe: () => awake(() => client.subscribe(size)),
      unsubscribe: () => awake(() => client.unsubscribe()),
      start: () => awake(() => client.start()),
      stop: () => awake(() => client.stop()),
      stepDown: () => awake(() => client.stepDown()),
      proclaim: () => awake(() => client.proclaim(`value-${size}`)),
      late: () => awake(() => client.late()),
      lock: () => awake(() => client.lock(size, 3 * size)),
      tryLock: () => awake(() => client.tryLock(size)),
      release: () => awake(() => void client.locker.release(KEY)),
      leave: () => awake(() => client.leave()),
      partition: () => this.#cut(client, 'both', size * 2),
      loseRequests: () => this.#cut(client, 'requests', size * 2),
      loseAnswers: () => this.#cut(client, 'answers', size * 2),
      delayAnswer: () => plan({ answer: { delay: size } }),
      repeatAnswer: () => plan({ answer: { repeat: size } }),
      dropAnswer: () => plan({ answer: { drop: true } }),
      cutBefore: () => plan({ cut: 'before' }),
      cutAfter: () => plan({ cut: 'after' }),
      hold: () => plan({ request: { delay: 300 + size * 2 } }),
      watchGap: () => {
        trouble(size);
        const stop = faults.on((call) => (call.verb === 'notify' ? { answer: { drop: true } } : undefined));
        later(size, stop);
      },
      spurious: () => plan({ answer: { repeat: 1 + (size % 50) } }, 'notify'),
      pause: () => this.#pause(client, false, size * 2.5),
      suspend: () => this.#pause(client, true, size * 2.5),
      wallJump: () => {
        trouble(2_000);
        process.jump((size - 500) * 20);
      },
      restart: () => admin(() => (this.model.stop(), this.model.start(true))),
      restartEmpty: () => admin(() => (this.model.stop(), this.model.start(false), (this.#newest = -1n))),
      outage: () => {
        this.#down = Math.max(this.#down, this.world.now + size);
        this.clients.forEach((each) => (each.troubledUntil = Math.max(each.troubledUntil, this.world.now + size + 500)));
        this.model.stop();
        later(size, () => this.model.start(true));
      },
      deleteKey: () => admin(() => this.model.deleteKey(KEY)),
      overwriteKey: () => admin(() => this.model.overwriteKey(KEY)),
      revokeLease: () => admin(() => this.model.revokeLease(size)),
      foreign: () => {
        this.model.foreign(KEY);
        later(size, () => admin(() => this.model.deleteKey(KEY)));
      },
    };
    deeds[kind]();
  }
  /** What the store may do to any claim, at once. */
  #administer(deed: () => void): void {
    this.model.claims(KEY).forEach((nonce) => this.#ended.set(nonce, this.world.now));
    this.clients.forEach((each) => (each.troubledUntil = Math.max(each.troubledUntil, this.world.now + 1)));
    this.world.step(deed);
  }
  #cut(client: Client, side: 'both' | 'requests' | 'answers', ms: number): void {
    client.troubledUntil = Math.max(client.troubledUntil, this.world.now + ms + 500);
    client.faults.partition(side);
    this.world.clock.schedule(() => client.faults.heal(), ms);
  }
  #pause(client: Client, suspended: boolean, ms: number): void {
    if (client.process.paused) return;
    client.troubledUntil = Math.max(client.troubledUntil, this.world.now + ms + 500);
    client.process.pause(suspended);
    this.world.clock.schedule(() => this.#resume(client), ms);
  }
  #resume(client: Client): void {
    client.process.resume(
      (all) => this.#shuffled(all),
      () => client.late(),
    );
  }

  #heal(): void {
    this.world.until(Math.max(this.world.now, ...this.clients.map(({ troubledUntil }) => troubledUntil))); // the scheduled ends of faults
    this.clients.forEach((client) => (client.faults.heal(), client.planned.splice(0), this.#resume(client)));
    this.#administer(() => this.model.deleteKey(KEY)); // also what an administrator wrote, which no lease ends
  }
  #mustConverge(): void {
    this.clients.slice(0, 2).forEach((client) => this.world.step(() => (client.start(), client.locker.release(KEY))));
    this.clients.forEach((client) => this.world.step(() => client.leave()));
    const watchers = this.clients.map(({ election }) => election.leader$.subscribe({ error: () => undefined }));
    this.#within(6 * TTL, () => this.#disagreement());
    watchers.forEach((watcher) => watcher.unsubscribe());
    this.#judge();
  }
  #mustLeaveNothing(): void {
    for (const client of this.clients) {
      this.world.step(() => {
        client.leave();
        client.unsubscribe();
        client.stop();
        void client.locker.close();
      });
    }
    this.#within(2 * TTL + 5_000, () => this.#leftOver());
  }
  /** Looks now and then, for a world without news is quick to skip. */
  #within(span: number, wrong: () => string | undefined): void {
    const end = this.world.now + span;
    for (let found = wrong(); found !== undefined; found = wrong()) {
      if (this.world.now >= end) this.violated(found);
      this.#judge();
      this.world.until(this.world.now + 100);
    }
  }
  #disagreement(): string | undefined {
    const selected = this.clients.filter(({ election }) => election.isSelected());
    if (selected.length !== 1) return `${selected.length} leaders after everything had healed`;
    const blind = this.clients.find(({ election }) => election.leader()?.id !== this.model.holder(KEY));
    return blind && `an observer does not see the leader (${blind.name})`;
  }
  #leftOver(): string | undefined {
    if (this.clients.some(({ pendingLocks }) => pendingLocks > 0)) return 'a lock never settled';
    if (this.model.keys.length + this.model.leases.length > 0)
      return `left in the store: ${this.model.keys.join()} ${this.model.leases.join()}`;
    return this.world.pending > 0 ? `${this.world.pending} timers left` : undefined;
  }

  #onTheWay(client: Client, { verb }: MemoryCall): Fault {
    const usual = { request: { delay: this.chance() * LATENCY }, answer: { delay: this.chance() * LATENCY } };
    const at = client.planned.findIndex((plan) => plan.verb === verb);
    if (at < 0) return usual;
    client.troubledUntil = Math.max(client.troubledUntil, this.world.now + 2_500);
    return { ...usual, ...client.planned.splice(at, 1)[0]!.fault };
  }
  #shuffled<T>(all: T[]): T[] {
    const from = [...all];
    return all.map(() => from.splice(Math.floor(this.chance() * from.length), 1)[0]!);
  }
}
