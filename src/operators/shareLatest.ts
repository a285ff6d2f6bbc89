import { type MonoTypeOperatorFunction, type Observable, ReplaySubject, share } from 'rxjs';

/**
 * One subscription for everybody; who comes late hears the latest value first.
 *
 *     source     --a----b----
 *     first     ^--a----b----
 *     late           ^ab-----     (a at once)
 *
 * The last to leave ends it; the next one begins anew, as after an error.
 *
 * @param keep Asked when the last has left: kept until what it returns emits, for somebody who may come back. @default not kept
 */
export function shareLatest<T>({ keep }: { keep?: () => Observable<unknown> } = {}): MonoTypeOperatorFunction<T> {
  return share({ connector: () => new ReplaySubject<T>(1), resetOnRefCountZero: keep ?? true });
}
