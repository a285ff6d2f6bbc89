import {
  BehaviorSubject,
  EMPTY,
  type Observable,
  ReplaySubject,
  Subject,
  asapScheduler,
  concat,
  defer,
  filter,
  first,
  map,
  mergeMap,
  scheduled,
  timer,
} from 'rxjs';
import type { Clock } from '../../core/clock.js';
import { BackendUnavailableError } from '../../core/errors.js';
import type { Fault, MemoryCall, MemoryFaults, Way } from './faults.js';

interface Asked<T> extends Omit<MemoryCall, 'at'> {
  /** Milliseconds after which the caller stops waiting. What was sent goes on all the same. */
  readonly timeout: number;
  /** What the store does when the request arrives. */
  readonly effect: () => T;
  /** Called for each answer that arrives, also a late or a repeated one, and before the caller hears of it. */
  readonly arrived?: (answer: T) => void;
  /** Called for an answer that nobody waits for any more. */
  readonly late?: (answer: T) => void;
}

interface NetworkOptions {
  readonly scheduler: Clock;
  readonly latency: number;
  readonly faults: MemoryFaults | undefined;
  readonly isUp: () => boolean;
}

/** The way from one client to its store and back: it never answers inside the call, and does what the faults say. */
export class Network {
  /** Each request, when it is sent. */
  readonly calls$ = new Subject<MemoryCall>();
  readonly #inFlight = new BehaviorSubject(0);
  readonly #options: NetworkOptions;

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  /** Emits once when no caller waits any more. */
  get idle(): Observable<unknown> {
    return this.#inFlight.pipe(first((calls) => calls === 0));
  }

  /** One request and its answer. It ends by itself, at the latest at its timeout, whether or not anybody still listens. */
  call<T>({ timeout, effect, arrived, late, ...sent }: Asked<T>): Observable<T> {
    return defer(() => {
      const call = { ...sent, at: this.#options.scheduler.now() };
      const outcome = new ReplaySubject<T>(1);
      const silence$ = timer(timeout, this.#options.scheduler);
      const waiting = silence$.subscribe(() => fail(new BackendUnavailableError(`No answer to ${call.verb} within ${timeout} ms.`)));
      const settle = (tell: () => void) => {
        if (waiting.closed) return;
        waiting.unsubscribe();
        this.#inFlight.next(this.#inFlight.value - 1);
        tell();
      };
      const fail = (error: unknown) => settle(() => outcome.error(error));
      let told = false; // a repeated answer is not a late one
      const answer = (value: T) => {
        arrived?.(value);
        told ||= !waiting.closed && outcome.observed;
        if (!told) late?.(value);
        settle(() => (outcome.next(value), outcome.complete()));
      };

      this.#inFlight.next(this.#inFlight.value + 1);
      this.calls$.next(call);
      this.#exchange(this.#options.faults?.of(call) ?? {}, effect).subscribe({ next: answer, error: fail });
      return outcome;
    });
  }

  /** A message of the store's own, on its way to this client. */
  notify(key: string): Observable<unknown> {
    const call: MemoryCall = { verb: 'notify', key, at: this.#options.scheduler.now() };
    return this.#way('answers', this.#options.faults?.of(call).answer);
  }

  #exchange<T>({ request, answer, cut, error }: Fault, effect: () => T): Observable<T> {
    const served = () => {
      if (cut === 'before') throw broken();
      if (!this.#options.isUp()) throw new BackendUnavailableError('The store is down.');
      if (error) throw error;
      return effect();
    };
    const told = (value: T) => {
      if (cut === 'after') throw broken();
      return value;
    };
    const back = (value: T) => this.#way('answers', answer).pipe(map(() => told(value)));
    return this.#way('requests', request).pipe(map(served), mergeMap(back));
  }
  /** Emits on arrival; not at all when it is lost. */
  #way(side: 'requests' | 'answers', { drop = false, delay = 0, hold, repeat }: Way & { repeat?: number } = {}): Observable<unknown> {
    if (drop) return EMPTY;
    const { scheduler, latency, faults } = this.#options;
    const late = latency + delay;
    const travel = late > 0 ? timer(late, scheduler) : scheduled([0], asapScheduler);
    const arrival = hold ? travel.pipe(mergeMap(() => hold.pipe(first(null, 0)))) : travel;
    const arrivals = repeat === undefined ? arrival : concat(arrival, timer(repeat, scheduler));
    return arrivals.pipe(filter(() => !faults?.cuts(side)));
  }
}

const broken = () => new BackendUnavailableError('The connection broke; what became of the request is unknown.');
