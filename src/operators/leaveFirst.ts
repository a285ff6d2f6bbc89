import { type ObservableNotification, type OperatorFunction, ReplaySubject, concat, defer, dematerialize, takeWhile, tap } from 'rxjs';

/**
 * Leaves its source before it tells how that ended.
 *
 *     source    -a-b-#          as notifications
 *     subs      ^----!
 *     output    -a-b-#          whoever hears the end finds the source torn down
 */
export function leaveFirst<T>(): OperatorFunction<ObservableNotification<T>, T> {
  return (source) =>
    defer(() => {
      const end = new ReplaySubject<ObservableNotification<T>>(1);
      const values$ = source.pipe(
        tap({ next: (told) => told.kind !== 'N' && end.next(told), complete: () => end.complete() }),
        takeWhile(({ kind }) => kind === 'N'),
      );
      return concat(values$, end).pipe(dematerialize());
    });
}
