import { Observable } from 'rxjs';

/**
 * One call as a cold observable that can be abandoned: an answer that arrives after unsubscription is handed to
 * `undo` instead of being dropped, for the store has already done what it says.
 *
 * @param send Starts the call, with a timeout of its own: this helper waits as long as the promise does.
 * @param undo Best effort, and retried by nobody: the ttl is the backstop, so its failure is ignored.
 */
export function request<T>(send: () => Promise<T>, undo: (late: T) => unknown = () => undefined): Observable<T> {
  return new Observable((subscriber) => {
    send().then(
      (answer) => {
        if (subscriber.closed)
          return Promise.resolve(answer)
            .then(undo)
            .catch(() => undefined);
        subscriber.next(answer);
        return subscriber.complete();
      },
      (error: unknown) => subscriber.error(error),
    );
  });
}
