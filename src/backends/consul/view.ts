import {
  asyncScheduler,
  BehaviorSubject,
  distinctUntilChanged,
  map,
  merge,
  NEVER,
  Observable,
  startWith,
  Subject,
  switchMap,
  throttleTime,
  timer,
} from 'rxjs';
import type { Target } from './follow.js';
import { Known, type Sight } from './known.js';
import { translated } from './translate.js';
import { type Entry, type Queue, sameQueue } from './wire.js';

/** What somebody wants to know of a queue. */
export interface Interest {
  /** Confirmed at least this often, in milliseconds. */
  readonly every: number;
  /** The one key that matters to this one; undefined: the whole queue. */
  readonly only?: (queue: Queue) => Entry | undefined;
  /** Waits for its turn. */
  readonly urgent?: boolean;
  /** Index of a write that its observer knows of: what is older is not told. */
  readonly since?: number;
}
export interface ViewDriver {
  /** Asks for the queue; the answer is learnt, or the failure told. */
  reread(): void;
  /** Hears of changes, as far as there is room for another blocking query. */
  listen(target: Target): Observable<unknown>;
  turn(): number;
  seen(queue: Queue): void;
}

/** Without a blocking query, nobody should wait longer for news. */
const UNCOVERED_PACE = 1_000;
/** While one write follows the other, each read is overtaken: another at once would be, too. */
const DOUBT = 10;

/** What this backend knows of one queue, and when it is read again: the one place that all answers meet. */
export class View {
  readonly #known: Known;
  #failures = 0;
  #told = -Infinity;
  /** Whether a blocking query tells of changes. */
  readonly covered$ = new BehaviorSubject(false);
  readonly #interests$ = new BehaviorSubject<ReadonlySet<Interest>>(new Set());
  readonly #news$ = new Subject<Queue>();
  readonly #failed$ = new Subject<unknown>();
  readonly #heard$ = new Subject<void>();
  readonly #doubted$ = new Subject<void>();

  constructor(
    private readonly folder: string,
    private readonly driver: ViewDriver,
    learnt = driver.turn(),
  ) {
    this.#known = new Known(() => driver.turn(), learnt);
  }

  get queue(): Queue | undefined {
    return this.#known.queue;
  }
  get idle(): boolean {
    return this.#interests$.value.size === 0;
  }
  /** Whether somebody waits for his turn here: others can be told a little later. */
  get urgent(): boolean {
    return [...this.#interests$.value].some(({ urgent }) => urgent);
  }
  /** Each confirmation, changed or not, beginning with what is known and current. Errors with what a retry can't mend. */
  observe(interest: Interest): Observable<Queue> {
    return new Observable((subscriber) => {
      this.forget(interest.since ?? 0);
      this.#interests$.next(new Set([...this.#interests$.value, interest]));
      const known = this.queue && this.#failures === 0 ? [this.queue] : [];
      const told = this.#news$.pipe(startWith(...known)).subscribe(subscriber);
      told.add(this.#failed$.subscribe((error) => translated(error).retryable || subscriber.error(translated(error))));
      return () => {
        told.unsubscribe();
        this.#interests$.next(new Set([...this.#interests$.value].filter((other) => other !== interest)));
      };
    });
  }
  /** Reads on its own account while there is interest. */
  readonly upkeep: Observable<unknown> = new Observable(() => {
    const pace$ = merge(this.#interests$, this.covered$).pipe(
      map(() => this.#pace()),
      distinctUntilChanged(),
    );
    const due$ = merge(this.#heard$, pace$).pipe(switchMap(() => timer(inStep(this.#pause()))));
    const target$ = merge(this.#interests$, this.#news$).pipe(
      map(() => this.#target()),
      distinctUntilChanged(same),
    );
    const doubted$ = this.#doubted$.pipe(throttleTime(DOUBT, asyncScheduler, { leading: false, trailing: true }));
    const upkeep = merge(due$, doubted$).subscribe(() => this.driver.reread());
    upkeep.add(target$.pipe(switchMap((target) => (target ? this.driver.listen(target) : NEVER))).subscribe({ error: this.fail }));
    return upkeep;
  });

  learn(sight: Sight, unasked = false): void {
    const before = this.queue;
    const is = this.#known.read(sight);
    if (is === 'past') this.#doubted$.next();
    if (is !== 'present') return;
    const isOld = unasked && sameQueue(before, this.queue) && performance.now() - this.#told < this.#pace() / 2;
    if (isOld) return;
    this.#failures = 0;
    this.#tell();
    this.#heard$.next();
  }
  /** Our own write has changed the queue. */
  correct(change: (queue: Queue) => Queue, index?: number): void {
    if (this.#known.wrote(change, index)) this.#tell();
  }
  /** What is older than this index is told to nobody any more: it is read. */
  forget(index: number): void {
    if (this.#known.forget(index)) this.driver.reread();
  }
  readonly fail = (error: unknown): void => {
    this.#failures++;
    this.#failed$.next(error);
    this.#heard$.next();
  };

  #tell(): void {
    const { queue } = this;
    if (!queue) return;
    this.#told = performance.now();
    this.driver.seen(queue);
    this.#news$.next(queue);
  }
  #pace(): number {
    return Math.min(...[...this.#interests$.value].map(({ every }) => every), this.covered$.value ? Infinity : UNCOVERED_PACE);
  }
  #pause(): number {
    const pace = this.#pace();
    return this.#failures === 0 ? pace : Math.random() * Math.min(pace, 50 * 2 ** this.#failures);
  }
  /** One key where nothing else matters to anybody here, otherwise the queue; nothing where there is nothing to wait on. */
  #target(): Target | undefined {
    const { queue } = this;
    if (!queue || (!queue.lock && queue.claims.length === 0)) return undefined;
    const interests = [...this.#interests$.value];
    const wanted = new Set(interests.map(({ only }) => (only ? only(queue) : this.folder)));
    const [first] = wanted;
    if (wanted.size === 1 && typeof first === 'object') return { key: first.key, recurse: false, index: first.modifyIndex };
    return first === undefined && wanted.size < 2 ? undefined : { key: this.folder, recurse: true, index: this.#known.index };
  }
}

/** A little early, so that the reads of many queues fall into the same transactions. */
function inStep(pause: number): number {
  const step = Math.max(1, pause / 8);
  const now = performance.now();
  return Math.max(step, Math.floor((now + pause) / step) * step - now);
}

const same = (one?: Target, other?: Target) => one?.key === other?.key && one?.recurse === other?.recurse;
