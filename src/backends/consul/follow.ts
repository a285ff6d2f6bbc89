import { EMPTY, type Observable, defer, expand, finalize, mergeMap, race, retry, tap, throwError, timer } from 'rxjs';
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

/**
 * Each answer about `target`, by one blocking query after another; completes when nothing is there any more, for a
 * query on a missing key would wake for its neighbours. Bridges what a retry can mend.
 *
 * @param doubt$ Emits when other requests fail: what waits on a dead connection would hear nothing.
 */
export function follow(
  store: Pick<Store, 'read'>,
  slots: Pick<Slots, 'leave'>,
  { key, recurse, index = 0 }: Target,
  doubt$: Observable<unknown>,
): Observable<Reading> {
  return defer(() => {
    const run = { index, failures: 0 };
    const doubtful = doubt$.pipe(mergeMap((error) => throwError(() => error)));
    const ask = defer(() =>
      run.index > 0 ? race(counted(store.read(key, { recurse, index: run.index }), slots), doubtful) : store.read(key, { recurse }),
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
    return ask.pipe(
      expand(({ entries }) => (entries.length > 0 ? ask : EMPTY)),
      retry({ delay: again }),
    );
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
