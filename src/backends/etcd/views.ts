import { type Observable, defer, finalize } from 'rxjs';
import type { Cluster } from './cluster.js';
import type { Told } from './session.js';
import { switchboard } from './switchboard.js';
import { View } from './view.js';
import type { Watches } from './watches.js';
import { type Entry, prefixed } from './wire.js';

/** The one view of each key that anybody looks at. */
export class Views {
  readonly #views = new Map<string, { readonly view: View; users: number }>();
  readonly #open: (directory: string) => View;

  /** @param prefix What the caller owns: one watch covers it. Without it, no watch is wider than a key. */
  constructor(
    cluster: Pick<Cluster, 'agree' | 'reached'>,
    watches: Pick<Watches, 'watch'>,
    prefix: string,
    seen: (entry: Entry) => void,
  ) {
    const each = (directory: string): Observable<Told> => watches.watch(prefixed(directory));
    const hints = prefix ? switchboard(watches.watch(prefixed(prefix))) : each;
    this.#open = (directory) => new View(directory, cluster, hints(directory), seen);
  }

  /** The view of a key, for as long as the result is subscribed. */
  use<T>(directory: string, look: (view: View) => Observable<T>): Observable<T> {
    return defer(() => {
      const used = this.#views.get(directory) ?? { view: this.#open(directory), users: 0 };
      used.users++;
      this.#views.set(directory, used);
      return look(used.view).pipe(finalize(() => --used.users || this.#views.delete(directory)));
    });
  }
  /** The view of a key, if anybody looks at it. */
  get(directory: string): View | undefined {
    return this.#views.get(directory)?.view;
  }
}
