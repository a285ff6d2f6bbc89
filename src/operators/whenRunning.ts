import { NEVER, type Observable, type OperatorFunction, concat, of, switchMap } from 'rxjs';

/** What a candidate is told to do: stand or stay away, in either case after something else has ended. */
export interface Order {
  readonly running: boolean;
  /** Completes when a new campaign may begin; emits nothing. */
  readonly after: Observable<never>;
}

/**
 * Campaigns while told to run.
 *
 *     order     r------s-----r---      run, stop, run
 *     campaign   --T---!      --T-
 *     output    n--T---n-----n--T-     n: null
 *
 * Each order ends the campaign before it: the tenure is over before null is told.
 */
export function whenRunning<T>(campaign$: Observable<T>): OperatorFunction<Order, T | null> {
  return switchMap(({ running, after }) => concat(of(null), after, running ? campaign$ : NEVER));
}
