import { type SchedulerAction, Subscription } from 'rxjs';
import { immediateProvider } from 'rxjs/internal/scheduler/immediateProvider';
import type { Clock } from '../../src/core/clock.js';

interface Due {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  readonly owner: Process | undefined;
  readonly action: Subscription;
}

/** Virtual time for a whole world of processes, fast enough for a hundred thousand of them. */
export class World {
  now = 0;
  /** Called after everything that runs. */
  onStep: () => void = () => undefined;
  readonly #heap: Due[] = [];
  readonly #soon: (() => void)[] = [];
  #order = 0;

  /** The clock of what is nobody's process: the store and the network. */
  readonly clock: Clock = {
    now: () => this.now,
    schedule: (work, delay = 0, state) => new Action(this, undefined, work as never).schedule(state, delay),
  };

  /** While this runs, what RxJS does "as soon as possible" is ours to do, in order and at once. */
  inside<T>(body: () => T): T {
    const before = immediateProvider.delegate;
    immediateProvider.delegate = {
      setImmediate: (handler: () => void) => {
        this.#soon.push(handler);
        return handler;
      },
      clearImmediate: (handler: () => void) => {
        const at = this.#soon.indexOf(handler);
        if (at >= 0) this.#soon.splice(at, 1);
      },
    } as never;
    try {
      return body();
    } finally {
      for (let soon = this.#soon.shift(); soon; soon = this.#soon.shift()) soon(); // RxJS must forget this world
      immediateProvider.delegate = before;
    }
  }

  add(due: Omit<Due, 'order'>): void {
    push(this.#heap, { ...due, order: this.#order++ });
  }
  /** Runs what is due until then. */
  until(time: number): void {
    for (let next = this.#heap[0]; next && next.at <= time; next = this.#heap[0]) {
      pop(this.#heap);
      if (next.action.closed) continue;
      this.now = Math.max(this.now, next.at);
      if (next.owner?.paused) next.owner.held.push(next.run);
      else this.step(next.run);
    }
    this.now = time;
  }
  step(run: () => void): void {
    run();
    for (let soon = this.#soon.shift(); soon; soon = this.#soon.shift()) soon();
    this.onStep();
  }
  /** Timers that would still run. */
  get pending(): number {
    return this.#heap.filter(({ action }) => !action.closed).length;
  }
}

/** One process: clocks of its own, and it can be stopped and woken, when its timers fire late and in any order. */
export class Process implements Clock {
  paused = false;
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
    return this.world.now * this.rate - this.#skipped;
  }
  wall(): number {
    return this.world.now * this.rate + this.#jumped;
  }
  schedule: Clock['schedule'] = (work, delay = 0, state) => new Action(this.world, this, work as never).schedule(state, delay);

  jump(by: number): void {
    this.#jumped += by;
  }
  /** @param suspended The machine sleeps: its monotonic clock stops too. */
  pause(suspended: boolean): void {
    [this.paused, this.#since, this.#suspended] = [true, this.world.now, suspended];
  }
  /** @param atOnce What looks at the process before any of its timers has fired. */
  resume(shuffle: <T>(all: T[]) => T[], atOnce: () => void): void {
    if (!this.paused) return;
    if (this.#suspended) this.#skipped += (this.world.now - this.#since) * this.rate;
    this.paused = false;
    this.world.step(atOnce);
    for (const run of shuffle(this.held.splice(0))) this.world.step(run);
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
      if (!this.closed) this.work.call(this as unknown as SchedulerAction<T>, state);
    };
    this.world.add({ at: this.world.now + Math.max(0, delay) / (this.owner?.rate ?? 1), run, owner: this.owner, action: this });
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
