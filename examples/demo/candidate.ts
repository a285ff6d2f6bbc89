import { type Observable, EMPTY, Subject, concat, defer, merge, mergeMap, of, pairwise, startWith } from 'rxjs';
import { type Backend, election } from '../../src/index.js';
import { type Told, type What, now } from './told.js';

export interface Candidate {
  /** Subscribing stands for election. */
  readonly told$: Observable<Told>;
  stepDown(): Promise<void>;
  /** Resolves when the store holds nothing of it. */
  resign(): Promise<void>;
}

/** One candidate that tells what becomes of it; everything else here is the library's. */
export function candidate(backend: Backend, { name: who, key, ttl }: { name: string; key: string; ttl: number }): Candidate {
  const standing = election(backend, { key, id: who, value: who, ttl });
  const parting$ = new Subject<Told>();
  const tell = (what: What, more: Partial<Told> = {}): Told => ({ who, what, at: now(), ...more });
  let why: What = 'lost'; // unless we gave it up ourselves

  const told$ = standing.tenure$.pipe(
    startWith(null),
    pairwise(),
    mergeMap(([before, tenure]) => {
      if (tenure) return of(tell('leads', { token: String(tenure.token) }));
      return before ? of(tell(why)) : EMPTY;
    }),
  );
  return {
    told$: concat(
      defer(() => of(tell('stands'))),
      merge(told$, parting$),
    ),
    stepDown: async () => {
      why = 'stepped down';
      await standing.stepDown();
      why = 'lost';
    },
    resign: async () => {
      if (why !== 'resigned' && !standing.isSelected()) parting$.next(tell('resigned'));
      why = 'resigned';
      await standing.stop();
    },
  };
}
