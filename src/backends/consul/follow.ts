import { EMPTY, type Observable, defer, expand, finalize, mergeMap, retry, tap, throwError, timer } from 'rxjs';
import type { Slots } from './slots.js';
import type { Reading, Store } from './store.js';
import { translated } from './translate.js';

/** What a blocking query waits for: one key, or all that begin with it. */
export interface Target {
  readonly key: string;
  readonly recurse: boolean;
  /** Known already: the first answer is what has changed since. */
  readonly index?: number;
}

/** So many entries are asked for at most forty times a second: each wake brings all of them. */
const LARGE = 200;
const BREATH = 25;

/**
 * Each answer about `target`, by one blocking query after another; completes when nothing is there any more, for a
 * query on a missing key would wake for its neighbours. Bridges what a retry can mend.
 */
export function follow(
  store: Pick<Store, 'read'>,
  slots: Pick<Slots, 'leave'>,
  { key, recurse, index = 0 }: Target,
): Observable<Reading> {
  return defer(() => {
    const run = { index, failures: 0 };
    const ask = defer(() =>
      run.index > 0 ? counted(store.read(key, { recurse, index: run.index }), slots) : store.read(key, { recurse }),
    ).pipe(
      tap((answer) => {
        // A lower index is another store, or one that lost its data: a stale high one would only block.
        run.index = answer.index < run.index ? 0 : Math.max(answer.index, 1);
        run.failures = 0;
      }),
    );
    const again = (error: unknown) => {
      run.index = 0; // what was missed meanwhile is read, not waited for
      const { retryable } = translated(error);
      return retryable ? timer(Math.random() * Math.min(2_000, 100 * 2 ** run.failures++)) : throwError(() => error);
    };
    const next = ({ entries }: Reading) => {
      if (entries.length === 0) return EMPTY;
      return entries.length < LARGE ? ask : timer(BREATH).pipe(mergeMap(() => ask));
    };
    return ask.pipe(expand(next), retry({ delay: again }));
  });
}

/** Consul keeps a query that was left before its answer. */
const counted = (query: Observable<Reading>, slots: Pick<Slots, 'leave'>): Observable<Reading> =>
  defer(() => {
    let answered = false;
    const told = () => void (answered = true);
    return query.pipe(
      tap({ next: told, error: told }),
      finalize(() => answered || slots.leave()),
    );
  });
