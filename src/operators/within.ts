import { type OperatorFunction, concat, distinctUntilChanged, map, of, switchMap, timer } from 'rxjs';
import { type Clock, type Instant, elapsed } from '../core/clock.js';

/**
 * Whether something happened within the last `span` milliseconds.
 *
 *     moments   n--a---b-----------      n: never; span 5
 *     output    f--t------------f--
 */
export function within(span: number, scheduler: Clock): OperatorFunction<Instant | null, boolean> {
  return (moment$) =>
    moment$.pipe(
      switchMap((moment) => {
        const left = moment ? span - elapsed(moment, scheduler) : 0;
        return left > 0 ? concat(of(true), timer(left, scheduler).pipe(map(() => false))) : of(false);
      }),
      distinctUntilChanged(),
    );
}
