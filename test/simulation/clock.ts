import { type SchedulerAction, Subscription } from 'rxjs';
import type { Clock } from '../../src/core/clock.js';
import { type Handle, type Host, sandbox } from './sandbox.js';

interface Due {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  readonly owner: Process | undefined;
  readonly action: Handle;
}

/** Milliseconds. */
const TICK = 0.001;

/** Virtual time for a whole world of processes, fast enough for a hundred thousand of them. */
export class World implements Host {
  /** Milliseconds of virtual time. */
  time = 0;
  /** Called after everything that runs. */
  onStep: () => void = () => undefined;
  readonly #heap: Due[] = [];
  readonly #soon: { readonly run: () => void; readonly owner: Process | undefined }[] = [];
  #order = 0;
  /** Whose code runs now; nobody's is the store's, the network's or the judge's. */
  #current: Process | undefined;
  #running = false;

  constructor(readonly chance: () => number) {}

  /** The clock of what is nobody's process: the store and the network. */
  readonly clock: Clock = {
    now: () => this.time,
    schedule: (work, delay = 0, state) => new Action(this, undefined, work as never).schedule(state, delay),
  };

  now(): number {
    return this.#current?.now() ?? this.time;
  }
  wall(): number {
    return this.#current?.wall() ?? this.time;
  }
  timer(run: () => void, delay: number): Handle {
    return this.after(delay, run, this.#current);
  }
  soon(run: () => void): void {
    this.#soon.push({ run, owner: this.#current });
  }

  /** While this runs, the globals of the bundle are this world's. */
  inside<T>(body: () => T): T {
    sandbox.host = this;
    sandbox.unheard.clear();
    try {
      return body();
    } finally {
      try {
        this.#drain(); // RxJS must forget this world
      } finally {
        sandbox.host = undefined;
      }
    }
  }

  after(delay: number, run: () => void, owner?: Process): Handle {
    const action = new Once();
    const at = this.due(delay, owner);
    push(this.#heap, { at, run: () => action.closed || (action.unsubscribe(), run()), owner, action, order: this.#order++ });
    return action;
  }
  /** No timer is so short that no time passes. */
  due(delay: number, owner?: Process): number {
    return delay > 0 ? this.time + Math.max(delay, TICK) / (owner?.rate ?? 1) : this.time;
  }
  add(due: Omit<Due, 'order'>): void {
    push(this.#heap, { ...due, order: this.#order++ });
  }
  /** Runs what is due until then. */
  until(time: number): void {
    for (let next = this.#heap[0]; next && next.at <= time; next = this.#heap[0]) {
      pop(this.#heap);
      if (next.action.closed) continue;
      this.time = Math.max(this.time, next.at);
      if (next.owner?.paused) next.owner.held.push(next.run);
      else this.step(next.run, next.owner);
    }
    this.time = Math.max(this.time, time);
  }
  /** Runs something, and what it wants to be run soon. */
  step(run: () => void, owner?: Process): void {
    if (owner?.isDead) return;
    const [running, current] = [this.#running, this.#current];
    [this.#running, this.#current] = [true, owner];
    try {
      run();
      if (running) return;
      this.#drain();
    } finally {
      [this.#running, this.#current] = [running, current];
    }
    this.onStep();
  }
  /** When the next thing is due. */
  get next(): number {
    while (this.#heap[0]?.action.closed) pop(this.#heap);
    return this.#heap[0]?.at ?? Infinity;
  }
  /** Timers of processes that would still run. */
  get pending(): number {
    return this.#heap.filter(({ action, owner }) => owner && !owner.isDead && !action.closed).length;
  }

  #drain(): void {
    for (let at = 0; at < this.#soon.length; at++) {
      const { run, owner } = this.#soon[at]!;
      this.#current = owner;
      run();
    }
    this.#soon.length = 0;
  }
}

/** One process: clocks of its own, and it can be stopped and woken, when its timers fire late and in any order. */
export class Process implements Clock {
  paused = false;
  isDead = false;
  #woken = -1;
  readonly held: (() => void)[] = [];
  #skipped = 0; // by the monotonic clock, during suspends
  #since = 0;
  #jumped = 0; // by the wall clock
  #suspended = false;

  constructor(
    readonly world: World,
    readonly rate: number,
  ) {}

  now(): number {
    return this.world.time * this.rate - this.#skipped;
  }
  wall(): number {
    return this.world.time * this.rate + this.#jumped;
  }
  schedule: Clock['schedule'] = (work, delay = 0, state) => new Action(this.world, this, work as never).schedule(state, delay);

  /** Its timers have had their moment. */
  get isAwake(): boolean {
    return !this.paused && this.#woken < this.world.time;
  }
  jump(by: number): void {
    this.#jumped += by;
  }
  /** Nothing of it runs any more; what it has sent is on its way. */
  die(): void {
    this.isDead = true;
  }
  /** @param suspended The machine sleeps: its monotonic clock stops too. */
  pause(suspended: boolean): void {
    [this.paused, this.#since, this.#suspended] = [true, this.world.time, suspended];
  }
  /** @param atOnce What looks at the process before any of its timers has fired. */
  resume(shuffle: <T>(all: T[]) => T[], atOnce: () => void): void {
    if (!this.paused || this.isDead) return;
    if (this.#suspended) this.#skipped += (this.world.time - this.#since) * this.rate;
    this.paused = false;
    this.#woken = this.world.time;
    this.world.step(atOnce, this);
    for (const run of shuffle(this.held.splice(0))) this.world.step(run, this);
  }
}

class Once implements Handle {
  closed = false;
  unsubscribe(): void {
    this.closed = true;
  }
  unref(): this {
    return this;
  }
}

class Action<T> extends Subscription {
  constructor(
    readonly world: World,
    readonly owner: Process | undefined,
    readonly work: (this: SchedulerAction<T>, state?: T) => void,
  ) {
    super();
  }
  schedule(state?: T, delay = 0): Subscription {
    const run = () => {
      if (!this.closed) this.work.call(this, state);
    };
    this.world.add({ at: this.world.due(delay, this.owner), run, owner: this.owner, action: this });
    return this;
  }
}

const before = (one: Due, other: Due) => one.at < other.at || (one.at === other.at && one.order < other.order);

function push(heap: Due[], due: Due): void {
  let at = heap.push(due) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (before(heap[parent]!, due)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = due;
}

function pop(heap: Due[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  let at = 0;
  for (let child = 1; child < heap.length; child = 2 * at + 1) {
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
    if (before(last, heap[child]!)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
}
