import { type Observable, ReplaySubject, type Subscription, first, firstValueFrom, skipWhile, timeout } from 'rxjs';
import { PATIENCE, codeOf } from './outcome.js';

/** A subscription that remembers. */
export interface Listener<T> {
  readonly seen: readonly T[];
  /** The first value, heard or yet to come, that fits. */
  readonly heard: (fits?: (value: T) => boolean) => Promise<T>;
  readonly ended: () => boolean;
  /** The code of the error it ends with. */
  readonly failed: () => Promise<string>;
  readonly leave: () => void;
}

export function listener<T>(source: Observable<T>, listening: Subscription): Listener<T> {
  const [seen, heard$]: [T[], ReplaySubject<T>] = [[], new ReplaySubject<T>(Infinity)];
  const subscription = source.subscribe({
    next: (value) => (seen.push(value), heard$.next(value)),
    error: (error: unknown) => heard$.error(error),
  });
  listening.add(subscription);
  return {
    seen,
    ended: () => subscription.closed,
    heard: (fits = () => true) => firstValueFrom(heard$.pipe(first(fits), timeout(PATIENCE))),
    failed: () => codeOf(() => heard$.pipe(skipWhile(() => true))),
    leave: () => subscription.unsubscribe(),
  };
}
