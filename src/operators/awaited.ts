import { type Observable, type ObservableInput, from } from 'rxjs';
import type { Tenure } from '../core/tenure.js';

/** Work as a stream. A promise goes on when nobody listens, so the key is kept until it has settled. */
export function awaited<R>(tenure: Tenure, work: ObservableInput<R>): Observable<R> {
  if (isPromise(work)) tenure.waitUntil(work);
  return from(work);
}

const isPromise = <R>(work: ObservableInput<R>): work is PromiseLike<R> =>
  typeof work === 'object' && 'then' in work && !('subscribe' in work);
