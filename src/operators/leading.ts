import { type Observable, map, merge, scan } from 'rxjs';
import type { Tenure } from '../core/tenure.js';
import type { Leader } from '../core/types.js';

/** What is known of a key: by ourselves, and from the store. */
export interface Witness {
  readonly own: Tenure | null;
  /** What the store told last; undefined until it answers. */
  readonly seen: Leader | null | undefined;
  /** What we gave up last. */
  readonly given?: Pick<Leader, 'id' | 'token'> | undefined;
}

export const NO_WITNESS: Witness = { own: null, seen: undefined };

/**
 * Two witnesses of one leader: ourselves, and the store.
 *
 *     own$      n---a-----n------     our tenure a begins and ends
 *     seen$     --b---a-------n--     the store tells the same, later
 *     leader    --b-a-----n------     n: null; never a token that we gave up
 */
export function leading(
  own$: Observable<Tenure | null>,
  seen$: Observable<Leader | null>,
  before: Witness = NO_WITNESS,
): Observable<Witness> {
  const ours = own$.pipe(map((own) => (known: Witness) => standing(known, own)));
  const theirs = seen$.pipe(map((seen) => (known: Witness): Witness => ({ ...known, seen })));
  return merge(ours, theirs).pipe(scan((known, learn) => learn(known), before));
}

/** What the store told before our tenure is the past when the tenure ends. */
const standing = ({ own: before, seen, given }: Witness, own: Tenure | null): Witness => ({
  own,
  seen: own ? null : seen,
  given: before ? { id: before.id, token: before.token } : given,
});

/** The leader that a witness names, checked now: our own word counts while we hold. Undefined: the store has not answered yet. */
export const leaderOf = ({ own, seen, given }: Witness): Leader | null | undefined => {
  if (own?.isCurrent()) return { id: own.id, value: own.value, token: own.token };
  return seen && same(seen, own ?? given) ? null : seen;
};

/** Tokens alone begin anew when the store has lost its data. */
const same = (one: Pick<Leader, 'id' | 'token'>, other?: Pick<Leader, 'id' | 'token'>): boolean =>
  one.token === other?.token && one.id === other.id;

export const sameLeader = (one: Leader | null, other: Leader | null): boolean =>
  one?.token === other?.token && one?.id === other?.id && one?.value === other?.value;
