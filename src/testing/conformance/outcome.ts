import { type Observable, catchError, defer, firstValueFrom, lastValueFrom, map, of, timeout } from 'rxjs';
import { isTenureError } from '../../core/errors.js';

/** Longest wait for what was promised, in milliseconds: less than a runner waits by default, so that the report says for what. */
export const PATIENCE = 4_000;

/** Resolves with what came last, when it has completed. */
export const done = <T>(source: Observable<T>): Promise<T> =>
  lastValueFrom(source.pipe(timeout(PATIENCE)), { defaultValue: undefined as T });

/** The code of the error that it ends with, or what it did instead; whether thrown when built or notified. */
export const codeOf = (build: () => Observable<unknown>): Promise<string> =>
  firstValueFrom(
    defer(build).pipe(
      timeout({ first: PATIENCE }),
      map(() => 'emitted'),
      catchError((error: unknown) => of(isTenureError(error) ? error.code : String(error))),
    ),
    { defaultValue: 'completed' },
  );
