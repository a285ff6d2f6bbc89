import { type MonoTypeOperatorFunction, ReplaySubject, share } from 'rxjs';

/**
 * One subscription for everybody; who comes late hears the latest value first.
 *
 *     source     --a----b----
 *     first     ^--a----b----
 *     late           ^ab-----     (a at once)
 *
 * The last to leave ends it; the next one begins anew, as after an error.
 */
export function shareLatest<T>(): MonoTypeOperatorFunction<T> {
  return share({ connector: () => new ReplaySubject<T>(1) });
}
