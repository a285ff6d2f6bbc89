import { EMPTY, type Observable, catchError, distinctUntilChanged, filter, map, merge, skip, startWith } from 'rxjs';
import type { Tenure } from '../core/tenure.js';
import type { Leader } from '../core/types.js';
import { sameLeader } from '../operators/leading.js';

/** What happens to an election; `at` is in milliseconds since 1970 where the clock knows them. */
export type ElectionEvent = { readonly key: string; readonly id: string; readonly at: number } & ElectionFact;

export type ElectionFact =
  /** Another leader, or another value of the same one. */
  | { readonly type: 'change'; readonly leader: Leader | null }
  | { readonly type: 'select'; readonly token: bigint }
  /** Once a loss. */
  | { readonly type: 'deselect' }
  /** Our renewal was confirmed while we are selected. */
  | { readonly type: 'refresh' }
  /** A read or an event confirmed the leader; at least every ttl / 2 while somebody listens and the store answers. */
  | { readonly type: 'ping'; readonly leader: Leader }
  /** Our campaign failed, and stands again after `delay` milliseconds. */
  | { readonly type: 'retry'; readonly error: unknown; readonly delay: number }
  | { readonly type: 'error'; readonly error: unknown };

interface Sources {
  readonly leader$: Observable<Leader | null>;
  readonly own$: Observable<Tenure | null>;
  /** The leader, each time that the store has confirmed it. */
  readonly confirmed$: Observable<Leader | null>;
  /** What the pipeline itself tells. */
  readonly facts$: Observable<ElectionFact>;
}

/** What happens, in the order in which subscribers hear it: a change of the leader before our own selection. Never fails. */
export function electionFacts({ leader$, own$, confirmed$, facts$ }: Sources): Observable<ElectionFact> {
  const changes$ = leader$.pipe(
    startWith(null),
    distinctUntilChanged(sameLeader),
    skip(1),
    map((leader): ElectionFact => ({ type: 'change', leader })),
  );
  const selections$ = own$.pipe(
    distinctUntilChanged((one, other) => one?.token === other?.token),
    skip(1),
    map((own): ElectionFact => (own ? { type: 'select', token: own.token } : { type: 'deselect' })),
  );
  const pings$ = confirmed$.pipe(
    filter((leader) => leader !== null),
    map((leader): ElectionFact => ({ type: 'ping', leader })),
  );
  const told = catchError<ElectionFact, Observable<never>>(() => EMPTY); // as a fact, already
  return merge(changes$.pipe(told), selections$, facts$, pings$.pipe(told));
}
