import { type MonoTypeOperatorFunction, distinctUntilChanged, map } from 'rxjs';
import type { Tenure } from '../core/tenure.js';

/** A tenure past its deadline is null, whether told, replayed or queued: checked for each subscriber as it is said. */
export function current(): MonoTypeOperatorFunction<Tenure | null> {
  return (tenure$) =>
    tenure$.pipe(
      map((tenure) => (tenure?.isCurrent() ? tenure : null)),
      distinctUntilChanged(),
    );
}
