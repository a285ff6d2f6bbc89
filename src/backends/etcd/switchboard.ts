import { type Observable, Subject, defer, finalize, from, ignoreElements, merge, share, tap } from 'rxjs';
import type { Told } from './session.js';

/** Splits one watch over a prefix into the queues of the keys below it. Who comes while it runs is told that it has begun. */
export function switchboard(watch$: Observable<Told>): (directory: string) => Observable<Told> {
  const lines = new Map<string, Subject<Told>>();
  const begun = new Set<Told>();
  const connect = ({ header, events }: Told) => {
    const byLine = new Map<string, Told['events'][number][]>();
    for (const event of events) {
      const path = event.kv.key.toString();
      const directory = path.slice(0, path.lastIndexOf('/') + 1);
      byLine.set(directory, [...(byLine.get(directory) ?? []), event]);
    }
    byLine.forEach((own, directory) => lines.get(directory)?.next({ header, events: own }));
  };
  const begin = (told: Told) => {
    begun.clear();
    begun.add(told);
    lines.forEach((line) => line.next(told));
  };
  const running$ = watch$.pipe(
    tap((told) => (told.events.length === 0 ? begin(told) : connect(told))),
    finalize(() => begun.clear()),
    ignoreElements(),
    share(),
  );

  return (directory) =>
    defer(() => {
      const line = new Subject<Told>();
      lines.set(directory, line);
      return merge(from([...begun]), line, running$).pipe(finalize(() => lines.delete(directory)));
    });
}
