import { config } from 'rxjs';
import type { Fault, MemoryCall, Side, Way } from '../../src/backends/memory/faults.js';
import type { Tenure } from '../../src/core/tenure.js';
import type { Claim, Leader } from '../../src/core/types.js';
import { Client, FILES, KEY, PERMITS, type Planned, SEATS } from './client.js';
import { Process, World } from './clock.js';
import { type Counts, noCounts } from './counts.js';
import { consulModel } from './consul/model.js';
import { etcdModel } from './etcd/model.js';
import { memoryModel } from './memoryModel.js';
import { Register } from './register.js';
import { sandbox } from './sandbox.js';
import { type Kind, type Schedule, type Step, chanceOf } from './schedule.js';

export class Violation extends Error {
  override readonly name = 'Violation';
  constructor(
    readonly rule: string,
    at: number,
  ) {
    super(`at ${Math.round(at)} ms: ${rule}`);
  }
}

/** Longest latency of a message that no fault delays. */
const LATENCY = 20;
const KEYS = [KEY, SEATS, FILES];
const MOST_EVENTS = 100_000;
/** In how many worlds the leader has some quiet at the end. */
const QUIET = 0.05;
/** Longest pause between a lock's tries, by the slowest clock. */
const PAUSE = 10_500;
/** Not yet, or never. */
const LATER = Symbol('later');
const MODELS = {
  memory: (world: World) => memoryModel(world, [KEY]),
  etcd: (world: World) => etcdModel(world, [KEY]),
  consul: consulModel,
};

/** Lets a schedule happen, and throws at the first broken promise. */
export function simulate(schedule: Schedule, counts = noCounts()): void {
  const chance = chanceOf(schedule.chance);
  const world = new World(chance);
  const broken: string[] = [];
  const [unhandled, random] = [config.onUnhandledError, Math.random];
  Math.random = chance;
  config.onUnhandledError = (error: unknown) => broken.push(`unhandled: ${String(error)}`);
  try {
    world.inside(() => new Simulation(world, schedule, broken, counts).run(schedule.steps));
  } finally {
    [config.onUnhandledError, Math.random] = [unhandled, random];
  }
}

class Simulation {
  readonly model;
  readonly clients: Client[];
  readonly chance;
  readonly #register = new Register();
  /** Claims that an administrator, or a store without memory, ended, and when. */
  readonly #ended = new Map<string, number>();
  /** Newest token of each key: of all tenures, and of those that exclude everybody. */
  readonly #newest = new Map<string, bigint>();
  #events = 0;
  /** How often the store came back without its data, or with what it had before the last time. */
  #emptied = 0;
  #emptiedAt = -Infinity;
  /** In which of these lives each tenure was told. */
  readonly #began = new Map<string, number>();
  readonly #undo = new Map<() => void, { unsubscribe(): void }>();
  /** Durations are meant for a ttl of a second. */
  readonly #scale: number;
  /** Within which a connected client has read a key that it holds again. */
  readonly #reread: number;
  /** How long after a fault its lost messages may still be waited for. */
  readonly #aftermath: number;

  constructor(
    readonly world: World,
    { store, clients, chance }: Schedule,
    readonly broken: string[],
    readonly counts: Counts,
  ) {
    this.chance = world.chance;
    this.model = MODELS[store](world);
    this.#scale = this.model.ttl / 1_000;
    this.#reread = this.model.ttl / 5 + 6 * LATENCY + 100;
    this.#aftermath = Math.max(500 * this.#scale, this.model.readTimeout + 200);
    this.clients = Array.from({ length: clients }, (_, n) => this.#born(n, chance + n + 1)); // what happens to one leaves the others as they are
    world.onStep = () => this.#judge();
  }

  #born(n: number, seed: number): Client {
    const own = chanceOf(seed);
    const client = new Client(`node-${n}`, new Process(this.world, 0.97 + own() * 0.06), this.model, this, own);
    client.faults.on((call) => this.#onTheWay(client, call));
    return client;
  }

  run(steps: readonly Step[]): void {
    for (const step of steps) {
      this.world.until(this.world.time + step.gap * this.#scale);
      if (this.#take(step) !== LATER) this.#count(step.kind);
    }
    this.#heal();
    this.#mustSettle();
    this.#mustConverge();
    if (this.chance() < QUIET) this.#mustStay();
    this.#mustLeaveNothing();
    this.counts.anomalies += this.#register.anomalies;
  }

  #count(kind: Kind): void {
    this.counts.steps[kind] = (this.counts.steps[kind] ?? 0) + 1;
  }

  violated(rule: string, detail?: unknown): void {
    const shown = detail instanceof Error ? `${detail.name}: ${detail.message}` : String(detail);
    this.broken.push(`${rule}${detail === undefined ? '' : ` (${shown})`}`);
  }
  elected(client: Client, tenure: Tenure, replayed: boolean): void {
    const { key, kind, nonce, token } = tenure;
    this.counts.tenures++;
    this.#began.set(nonce, this.#emptied);
    this.#trace(Number(token));
    if (!this.#ended.has(nonce)) {
      const exclusive = `${key}!`;
      const newest = this.#newest.get(kind === 'exclusive' ? key : exclusive) ?? -1n;
      if (token <= newest) this.violated(`token ${token} after ${newest}`, client.name);
      if (token > (this.#newest.get(key) ?? -1n)) this.#newest.set(key, token);
      if (kind === 'exclusive') this.#newest.set(exclusive, token);
      if (key === KEY) this.#register.began(tenure);
      if (!this.model.isFirst(tenure)) this.violated('overtook somebody who came before', client.name);
    }
    if (!replayed && tenure.remaining() < tenure.lease.margin) this.violated('elected with less than a margin left', client.name);
    this.relied(client, tenure, 'tenure');
  }
  lost(client: Client, { nonce }: Tenure): void {
    if (!this.#ended.has(nonce)) this.violated('a loss without a cause', client.name);
  }
  /** Whatever was late or lost on the way: what is gone does not come back, and so it must be gone by now. */
  refuted(client: Client, tenure: Tenure, why: Error): void {
    if (!this.#mayBeLost(tenure) && this.model.honours(tenure)) this.violated(`lost, and yet it stands: ${why.message}`, client.name);
  }
  rejected(client: Client, { key, nonce }: Claim, why: Error): void {
    if (!this.#mayBeLost({ nonce }) && this.model.claims(key).has(nonce))
      this.violated(`said to be lost, and yet it waits: ${why.message}`, client.name);
  }
  /** After a loss nothing can be kept. */
  hurried(client: Client, tenure: Tenure): void {
    if (!this.#mayBeLost(tenure)) this.violated('released before what it waits for had settled', client.name);
  }
  /** Somebody ended it, or an answer from before the data was lost says so. */
  #mayBeLost({ nonce }: Pick<Claim, 'nonce'>): boolean {
    const isLate = this.world.time < this.#emptiedAt + 4 * this.model.readTimeout;
    return this.#ended.has(nonce) || (isLate && !this.model.tellsLives);
  }
  relied(client: Client, tenure: Tenure, what: string): void {
    this.counts.relied++;
    if (client.left(tenure) <= 0) this.violated(`${what} past the deadline`, client.name);
    if (!this.model.honours(tenure) && !this.#excused(client, tenure))
      this.violated(`${what} that the store does not honour`, client.name);
  }
  gaveUp(client: Client, { nonce, token }: Tenure): void {
    if (!this.#ended.has(nonce) && this.#began.get(nonce) === this.#emptied) client.givenUp.add(token);
  }
  released({ name }: Client, { key, nonce }: Tenure): void {
    if (!this.#ended.has(nonce) && this.model.claims(key).has(nonce)) this.violated('said to be released, and is not', name);
  }
  named(client: Client, leader: Leader): void {
    this.counts.relied++;
    if (!this.model.hasSeen(leader)) this.violated(`${leader.id} was never the leader with ${leader.token}`, client.name);
  }
  /** Looked now; what it writes arrives when it arrives. */
  wrote({ name }: Client, tenure: Tenure): void {
    const write = this.#register.sent(tenure);
    if (!write) return;
    this.world.after(this.chance() * LATENCY, () => {
      if (this.#register.arrived(write)) this.violated('a stale write passed the fence', name);
    });
  }

  /** After everything that happens: whoever is awake and believes must be right. */
  #judge(): void {
    this.counts.events++;
    if (++this.#events > MOST_EVENTS) this.violated('it goes on for ever');
    this.#trace(this.world.time);
    const current: Tenure[] = [];
    for (const client of this.clients) {
      if (client.process.paused) continue;
      if (client.election.isSelected() && ![...client.told].some((tenure) => tenure.key === KEY && tenure.isCurrent()))
        this.violated('isSelected() without a tenure that was told', client.name);
      if (client.process.isAwake) {
        for (const tenure of client.told) if (client.isOverdue(tenure)) this.violated('nobody was told that it is over', client.name);
        for (const tenure of client.working.values())
          if (client.isOverdue(tenure)) this.violated('work goes on past its deadline', client.name);
      }
      for (const tenure of client.tenures) {
        if (!tenure.isCurrent()) {
          if (!client.election.isSelected() || tenure.key !== KEY) client.tenures.delete(tenure);
          continue;
        }
        if (client.left(tenure) <= 0) this.violated('believes past its deadline', client.name);
        if (this.#excused(client, tenure)) continue;
        if (!this.model.honours(tenure)) this.violated('believes what the store does not', client.name);
        current.push(tenure);
      }
    }
    if (current.length > 1) this.#mustAgree(current);
    if (sandbox.unheard.size > 0) this.violated('a promise failed and nobody heard');
    if (this.broken.length > 0) throw new Violation(this.broken[0]!, this.world.time);
  }
  /** No two who exclude each other hold at the same time, whatever the store says. */
  #mustAgree(current: readonly Tenure[]): void {
    for (const key of KEYS) {
      const kinds = current.filter((tenure) => tenure.key === key).map(({ kind }) => kind);
      const alone = kinds.includes('exclusive') && kinds.length > 1;
      if (alone || (key === SEATS && kinds.length > PERMITS)) this.violated(`${kinds.length} hold ${key} at once`);
    }
  }
  /** An administrator's deed is heard of within one notification, or one read: as soon as the client can read. */
  #excused({ process, trouble }: Client, { nonce }: Tenure): boolean {
    const at = this.#ended.get(nonce);
    if (at === undefined) return false;
    const reread = this.#reread / process.rate;
    const until = trouble.from <= at + reread ? Math.max(at, trouble.until) : at;
    return this.world.time <= until + reread;
  }
  #trace(value: number): void {
    this.counts.trace = (Math.imul(this.counts.trace, 31) + Math.floor(value * 1_024)) | 0;
  }

  /** What a paused process can't do comes to nothing; what a message will meet is counted when it does. */
  #take({ kind, who, size }: Step): unknown {
    const client = this.clients[who % this.clients.length]!;
    const { process } = client;
    const span = size * this.#scale;
    const awake = (run: () => void) => (process.paused ? LATER : this.world.step(run, process));
    const admin = (run: () => void) => this.#administer(run);
    const plan = (fault: Fault, which: MemoryCall['verb'] = verb, leaves = false) => {
      client.planned.push({ kind, verb: which, fault, leaves });
      return LATER;
    };
    const verbs = ['grant', 'acquire', 'renew', 'withdraw', 'update', 'read', 'revoke', 'renew'] as const;
    const verb = verbs[size % verbs.length]!;
    const deaf = (each: Client) => {
      this.#trouble(each, span + this.#aftermath);
      const stop = each.faults.on((call) => (call.verb === 'notify' ? { answer: { drop: true } } : undefined));
      this.#later(span, stop);
    };
    const deeds: Record<Kind, () => unknown> = {
      subscribe: () => awake(() => client.subscribe(size)),
      unsubscribe: () => awake(() => client.unsubscribe()),
      start: () => awake(() => client.start()),
      stop: () => awake(() => client.stop()),
      stepDown: () => awake(() => client.stepDown()),
      proclaim: () => awake(() => client.proclaim(`value-${size}`)),
      late: () => awake(() => client.late()),
      lock: () => awake(() => client.lock(span, 3 * span)),
      tryLock: () => awake(() => client.tryLock(span)),
      share: () => awake(() => client.share(span)),
      permit: () => awake(() => client.permit(span)),
      read: () => awake(() => client.read(span)),
      write: () => awake(() => client.write(span)),
      release: () => awake(() => client.release()),
      leave: () => awake(() => client.leave()),
      partition: () => this.#cut(client, 'both', span * 2),
      loseRequests: () => this.#cut(client, 'requests', span * 2),
      loseAnswers: () => this.#cut(client, 'answers', span * 2),
      delayAnswer: () => plan({ answer: { delay: span } }),
      repeatAnswer: () => plan({ answer: { repeat: span } }),
      // Not what was answered and puts a claim: neither HTTP nor gRPC sends that again.
      repeatRequest: () => plan({ request: { repeat: span } as Way }, verb === 'acquire' ? 'update' : verb),
      dropAnswer: () => plan({ answer: { drop: true } }),
      reorder: () => {
        this.#trouble(client, span + this.model.ttl);
        client.reorderedUntil = this.world.time + span;
      },
      cutBefore: () => plan({ cut: 'before' }),
      cutAfter: () => plan({ cut: 'after' }),
      hold: () => plan({ request: { delay: 300 + span * 2 } }),
      holdRelease: () => plan({ request: { delay: 50 + span } }, 'withdraw'),
      watchGap: () => deaf(client),
      compaction: () => this.clients.forEach(deaf),
      spurious: () => plan({ answer: { repeat: 1 + (size % 50) } }, 'notify'),
      agentCut: () => this.#isolate(client, size > 700 ? span * 16 : span * 2),
      leaveMidway: () => plan({}, verb, true),
      pause: () => this.#pause(client, false, span * 2.5, size),
      suspend: () => this.#pause(client, this.world.time > client.setBackUntil, span * 2.5, size),
      wallJump: () => this.#jump(client, (size - 500) * 20 * this.#scale),
      crash: () => this.#crash(client),
      restart: () => admin(() => (this.model.stop(), this.model.start(true))),
      restartEmpty: () =>
        admin(() => {
          this.model.stop();
          this.model.start(false);
          this.#emptied++;
          this.#emptiedAt = this.world.time;
          this.#newest.clear();
          this.clients.forEach((each) => each.givenUp.clear());
          this.#register.reset();
        }),
      outage: () => {
        this.clients.forEach((each) => this.#trouble(each, span + this.#aftermath));
        this.model.stop();
        this.#later(span, () => this.model.start(true));
      },
      deleteKey: () => admin(() => this.model.deleteKey(KEYS[size % 7] ?? KEY, size)),
      overwriteKey: () => admin(() => this.model.overwriteKey(KEY, size)),
      revokeLease: () => admin(() => this.model.revokeLease(size)),
      foreign: () => this.#later(span, this.model.foreign(KEY)),
      nothing: () => undefined,
    };
    return deeds[kind]();
  }
  /** One trouble that begins before the other is over makes one of both. */
  #trouble(client: Client, ms: number): void {
    const { from, until } = client.trouble;
    const { time } = this.world;
    client.trouble = { from: time > until + this.#reread ? time : from, until: Math.max(until, time + ms) };
  }
  /** The end of a fault: then, or when everything heals. */
  #later(ms: number, run: () => void): void {
    const end = () => {
      this.#undo.get(end)?.unsubscribe();
      if (this.#undo.delete(end)) run();
    };
    this.#undo.set(end, this.world.after(ms, end));
  }
  /** What the store may do to any claim, at once: those that are not afterwards what they were before are ended. */
  #administer(deed: () => void): void {
    const claims = () => new Map(KEYS.flatMap((key) => [...this.model.claims(key)]));
    const [before, ended] = [claims(), new Map(this.#ended)];
    before.forEach((_, nonce) => this.#ended.set(nonce, this.world.time));
    this.clients.forEach((each) => this.#trouble(each, 1));
    this.world.step(deed);
    const after = claims();
    before.forEach((version, nonce) => {
      if (after.get(nonce) !== version) return;
      const at = ended.get(nonce);
      if (at === undefined) this.#ended.delete(nonce);
      else this.#ended.set(nonce, at);
    });
  }
  #cut(client: Client, side: Side, ms: number): void {
    this.#trouble(client, ms + this.#aftermath);
    this.#later(ms, client.cut(side));
  }
  #isolate(client: Client, ms: number): void {
    this.#trouble(client, ms + this.#aftermath);
    this.#later(ms, client.isolate());
  }
  #pause(client: Client, suspended: boolean, ms: number, size: number): unknown {
    if (client.process.paused) return LATER;
    this.#trouble(client, ms + this.#aftermath);
    client.process.pause(suspended);
    if (suspended) client.asleepUntil = this.world.time + ms + 2 * this.model.ttl;
    const looked = size % 2 ? client.believed.filter(({ key }) => key === KEY) : [];
    return this.#later(ms, () => this.#resume(client, looked));
  }
  /** A sleep stops one clock and an administrator moves the other: a lease that sees both can't be counted, and isn't promised. */
  #jump(client: Client, by: number): void {
    const { ttl } = this.model;
    const asleep = this.world.time <= client.asleepUntil;
    this.#trouble(client, 2 * ttl);
    client.process.jump(asleep ? Math.abs(by) : by);
    if (!asleep && by < 0) client.setBackUntil = this.world.time + 2 * ttl;
  }
  /** Killed, and begun anew under the same name: what it held stays as long as its lease. */
  #crash(client: Client): void {
    const n = this.clients.indexOf(client);
    client.process.die();
    this.clients[n] = this.#born(n, Math.floor(this.chance() * 2 ** 31));
  }
  #resume(client: Client, looked: readonly Tenure[] = []): void {
    if (client.process.isDead) return;
    looked.forEach((tenure) => this.wrote(client, tenure));
    client.process.resume(
      (all) => this.#shuffled(all),
      () => client.late(),
    );
  }

  #heal(): void {
    for (const end of [...this.#undo.keys()]) this.world.step(end);
    this.clients.forEach((client) => (client.planned.splice(0), this.#resume(client)));
    this.clients.forEach((client) => this.#trouble(client, this.#aftermath));
    // Data that is restored brings back what was withdrawn since, under leases that live: everybody begins anew.
    if (this.#emptied > 1) this.#administer(() => KEYS.forEach((key) => this.model.deleteKey(key, 1)));
    this.world.step(() => KEYS.forEach((key) => this.model.tidy(key)));
  }
  /** Every lock that still waits has its turn now, or has failed. */
  #mustSettle(): void {
    this.clients.forEach((client) =>
      this.world.step(() => (client.stop(), client.unsubscribe(), client.hurry.next()), client.process),
    );
    const waits = () => this.clients.some(({ pendingLocks }) => pendingLocks > 0);
    this.#within(6 * this.model.ttl + PAUSE, () => (waits() ? 'a lock neither held nor failed' : undefined));
  }
  #mustConverge(): void {
    this.clients.slice(0, 2).forEach((client) => this.world.step(() => (client.start(), client.release()), client.process));
    this.clients.forEach((client) => this.world.step(() => client.leave(), client.process));
    const watchers = this.clients.map(({ election }) => election.leader$.subscribe({ error: () => undefined }));
    this.#within(6 * this.model.ttl, () => this.#disagreement());
    watchers.forEach((watcher) => watcher.unsubscribe());
    this.#judge();
  }
  /** Nothing happens, and so nobody loses anything. */
  #mustStay(): void {
    const token = () => this.clients[0]!.election.leader()?.token;
    const [before, end] = [token(), this.world.time + 3 * this.model.ttl];
    this.#within(4 * this.model.ttl, () => {
      if (token() !== before) this.violated('a leader that nobody disturbed was replaced');
      return this.world.time < end ? 'it stays' : undefined;
    });
  }
  #mustLeaveNothing(): void {
    const { ttl } = this.model;
    // Restored servers know leases again that had been given back.
    const calm = this.clients.filter(({ trouble }) => trouble.until < this.world.time && this.#emptied < 2);
    this.clients.forEach((client, n) => {
      this.world.step(() => {
        client.leave();
        client.unsubscribe();
        client.stop();
        client.close();
        if (n % 2 === 0) return;
        this.#trouble(client, Infinity); // whoever closes his backend does not wait for more
        void client.connected.backend.close();
      }, client.process);
    });
    const kept = () => this.model.left.some((id) => calm.some(({ leases }) => leases.has(id)));
    this.#within(0.7 * ttl, () => (kept() ? 'a lease was not given back, though the store could be reached' : undefined));
    this.#within(4 * this.model.ttl + 5_000, () => this.#leftOver()); // a renewal may have been on its way for long
    this.#within(
      65_000 + 10 * this.model.ttl,
      () => (this.model.reaped.length > 0 ? `not even reaped: ${this.model.reaped.join(' ')}` : undefined),
      5_000,
    );
    for (const { connected, process } of this.clients) this.world.step(() => void connected.backend.close(), process);
    this.#within(2 * this.model.ttl, () =>
      this.clients.some(({ pendingPromises }) => pendingPromises > 0) ? 'a promise never settled' : undefined,
    );
    this.#within(2 * this.model.ttl + 5_000, () => (this.world.pending > 0 ? `${this.world.pending} timers left` : undefined));
  }
  /** Looks now and then, for a world without news is quick to skip. */
  #within(span: number, wrong: () => string | undefined, every = this.model.ttl / 20): void {
    const end = this.world.time + span;
    for (let found = wrong(); found !== undefined; found = wrong()) {
      if (this.world.time >= end) this.violated(found);
      this.#judge();
      this.world.until(this.world.time + every);
    }
  }
  #disagreement(): string | undefined {
    const selected = this.clients.filter(({ election }) => election.isSelected());
    if (selected.length !== 1) return `${selected.length} leaders after everything had healed`;
    const shown = (leader: Leader | null | undefined) => `${leader?.id} ${leader?.token} ${leader?.value}`;
    const blind = this.clients.find(({ election }) => shown(election.leader()) !== shown(this.model.holder(KEY)));
    return blind && `an observer does not see the leader (${blind.name})`;
  }
  #leftOver(): string | undefined {
    if (this.clients.some(({ pendingLocks }) => pendingLocks > 0)) return 'a lock never settled';
    const { left } = this.model;
    return left.length > 0 ? `left in the store: ${left.join(' ')}` : undefined;
  }

  #onTheWay(client: Client, { verb }: MemoryCall): Fault {
    const latency = this.world.time < client.reorderedUntil ? 8 * LATENCY : LATENCY;
    const usual = { request: { delay: client.chance() * LATENCY }, answer: { delay: client.chance() * latency } };
    const at = client.planned.findIndex((plan) => plan.verb === verb);
    if (at < 0) return usual;
    this.#trouble(client, 2_500 * this.#scale);
    const [{ kind, fault, leaves }] = client.planned.splice(at, 1) as [Planned];
    this.#count(kind);
    if (leaves) {
      client.unsubscribe();
      client.leave();
    }
    return { ...usual, ...fault };
  }
  #shuffled<T>(all: T[]): T[] {
    const from = [...all];
    return all.map(() => from.splice(Math.floor(this.chance() * from.length), 1)[0]!);
  }
}
