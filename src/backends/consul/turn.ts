import {
  EMPTY,
  type Observable,
  catchError,
  concat,
  defer,
  exhaustMap,
  ignoreElements,
  map,
  mergeMap,
  of,
  take,
  throwError,
  timer,
} from 'rxjs';
import { ClaimLostError, HeldError, LeaseLostError } from '../../core/errors.js';
import type { Claim } from '../../core/types.js';
import { entering, givingBack, taking } from './operations.js';
import type { Place } from './place.js';
import type { Sessions } from './sessions.js';
import type { Reading } from './store.js';
import type { Operation } from './transaction.js';
import { conflictOf, translated } from './translate.js';
import type { Interest } from './view.js';
import type { Views } from './views.js';
import { EMPTY_QUEUE, type Entry, type Queue, queueOf, unlocked } from './wire.js';

/** Nothing tells when a lock delay ends, and each try is a write on every server. */
const LOCK_DELAY_PACE = 500;
/** Longest pause before looking again when the store could not be reached. */
const MOST_PACE = 1_000;

/** One claim on its way to its key. Each step looks at the queue, does what can be done, and emits the `.lock` once it is ours. */
export class Turn {
  #last: Reading | undefined;
  #failures = 0;
  /** Index at which our claim was put: what is older does not show it. */
  #stoodAt = 0;

  constructor(
    private readonly place: Place,
    private readonly claim: Claim,
    private readonly views: Views,
    private readonly sessions: Pick<Sessions, 'exists'>,
  ) {}

  /** At once where nobody is in the way, otherwise when our turn comes. */
  run(): Observable<Entry> {
    const { place } = this;
    const hint = this.#waits ? this.views.get(place.folder)?.queue : undefined;
    return concat(this.#bridged(this.#enter(hint)), this.#watch()).pipe(take(1));
  }

  get #waits(): boolean {
    return this.claim.wait !== false;
  }

  #watch(): Observable<Entry> {
    const { place } = this;
    const before: Interest['only'] = (queue) => {
      const older = queue.claims[queue.claims.findIndex(({ key }) => key === place.key) - 1];
      return older ?? (place.held(queue) ? undefined : queue.lock);
    };
    const interest = (): Interest => ({ every: place.lease.ttl / 5, only: before, urgent: true, since: this.#stoodAt });
    return defer(() => this.views.observe(place.folder, interest(), this.#last)).pipe(exhaustMap(() => this.#bridged(this.#settle())));
  }
  /** Until nothing new has been learnt meanwhile. */
  #settle(): Observable<Entry> {
    return defer(() => {
      const queue = this.#known;
      const changed = defer(() => (this.#known === queue ? EMPTY : this.#settle()));
      return queue ? concat(this.#step(queue), changed) : EMPTY;
    });
  }
  get #known(): Queue | undefined {
    return this.views.get(this.place.folder)?.queue;
  }

  /** What can be done now. "Present" is believed, whoever's answer shows it: the nonce is ours alone. */
  #step(queue: Queue): Observable<Entry> {
    const { place } = this;
    const [own, held, [first]] = [place.in(queue), place.held(queue), queue.claims];
    if (!own) return place.standing$.value ? this.#lost() : this.#enter(queue);
    if (!place.standing$.value || (held && place.token === undefined)) place.resolve();
    place.standing$.next(true);
    place.token = held?.modifyIndex;
    if (held) return first === own && !place.gaveBack(held) ? of(held) : this.#giveBack(held);
    if (first !== own || queue.lock?.session) return this.#waits ? EMPTY : this.#refused();
    return this.#take(own, queue.lock);
  }

  /** A place in the queue, and the lock with it where nobody is in the way, as far as we know. */
  #enter(queue = EMPTY_QUEUE, alone = queue.claims.length === 0 && !queue.lock?.session): Observable<Entry> {
    const { place, claim } = this;
    if (!alone && !this.#waits) return this.#refused();
    place.value = claim.value ?? '';
    return this.#write(entering(place, claim.id ?? claim.nonce, place.value, queue, alone), {
      done: (reading) => this.#step(this.#learn(reading)),
      conflict: ({ held, lockDelay }) => {
        if (this.#waits) return alone ? this.#enter(queue, false) : this.#look();
        return held || lockDelay ? this.#refused() : this.#look(); // it may be a lock that nobody holds
      },
    });
  }
  /** We are first, and nobody holds it. */
  #take(own: Entry, remnant?: Entry): Observable<Entry> {
    const { place } = this;
    return this.#write(taking(place, own, remnant), {
      done: ({ entries, index }) => {
        const taken = entries.filter(({ key }) => key === place.lock).map((entry) => ({ ...entry, value: place.name }));
        this.views.get(place.folder)?.correct((queue) => ({ ...queue, lock: taken[0] }), index);
        return taken;
      },
      conflict: ({ lockDelay }) => (lockDelay ? this.#pause(LOCK_DELAY_PACE) : this.#look()),
    });
  }
  /** Somebody was there before us: nobody has heard of a tenure yet. */
  #giveBack({ modifyIndex }: Entry): Observable<Entry> {
    const { place } = this;
    return this.#write(givingBack(place, modifyIndex, this.#waits), {
      done: () => {
        this.views.get(place.folder)?.correct(unlocked(modifyIndex));
        return this.#waits ? this.#look() : this.#refused();
      },
      conflict: () => this.#look(),
    });
  }

  #write(operations: readonly Operation[], { done, conflict }: Outcomes): Observable<Entry> {
    const failed = (error: unknown) => {
      const met = conflictOf(error);
      return met ? of(() => conflict(met)) : throwError(() => translated(error, this.place.lease));
    };
    return this.place.write(operations).pipe(
      map((reading) => () => done(reading)),
      catchError(failed),
      mergeMap((next) => next()),
    );
  }
  #learn(reading: Reading): Queue {
    [this.#last, this.#failures] = [reading, 0];
    const queue = queueOf(this.place.folder, reading.entries);
    const view = this.views.get(this.place.folder);
    view?.learn({ ...reading, queue });
    this.#stoodAt = this.place.in(queue)?.createIndex ?? 0;
    view?.forget(this.#stoodAt); // where the reading was overtaken
    return queue;
  }
  #look(): Observable<never> {
    return defer(() => {
      this.#last = undefined;
      this.views.reread(this.place.folder);
      return EMPTY;
    });
  }
  #pause(most: number): Observable<never> {
    return concat(timer(most / 2 + (Math.random() * most) / 2).pipe(ignoreElements()), this.#look());
  }
  /** Out of reach, or unclear: read before anything is written again. */
  #bridged(step: Observable<Entry>): Observable<Entry> {
    return step.pipe(
      catchError((error: unknown) => {
        const told = translated(error, this.place.lease);
        return told.code === 'BACKEND_UNAVAILABLE'
          ? this.#pause(Math.min(MOST_PACE, 50 * 2 ** this.#failures++))
          : throwError(() => told);
      }),
    );
  }
  #refused(): Observable<never> {
    return throwError(() => new HeldError(this.claim));
  }
  #lost(): Observable<never> {
    const { place, claim } = this;
    return this.sessions
      .exists(place.lease, place.timeout)
      .pipe(
        mergeMap((alive) =>
          throwError(() => (alive ? new ClaimLostError(claim, 'deleted') : new LeaseLostError(place.lease, 'revoked'))),
        ),
      );
  }
}

interface Outcomes {
  readonly done: (reading: Reading) => Observable<Entry> | Entry[];
  readonly conflict: (met: { readonly lockDelay: boolean; readonly held: boolean }) => Observable<Entry>;
}
