import { defer, distinctUntilChanged, ignoreElements, map, merge } from 'rxjs';
import type { Backend, Leader } from '../../core/types.js';
import { fits } from './limits.js';
import { holder } from './queue.js';
import type { Store } from './store.js';

/** How often a key that is only looked at is read again, whatever its watch tells. */
const CONFIRM = 5_000;

/** Who holds a key, from the same view that our own claims on it look at. Fails where nothing was read yet; after that it waits for the store. */
export function watch({ views, prefix }: Store): Backend['watch'] {
  return (key, { confirmEvery } = {}) =>
    defer(() => {
      fits({ key });
      return views.use(`${prefix}${key}/`, (view) => {
        const holder$ = view.live$.pipe(map(({ first }) => holder(first ? [first] : [])));
        return merge(
          confirmEvery === undefined ? holder$.pipe(distinctUntilChanged(same)) : holder$,
          view.read().pipe(ignoreElements()),
          view.confirm(confirmEvery ?? CONFIRM),
        );
      });
    });
}

const same = (a: Leader | null, b: Leader | null) => a?.token === b?.token && a?.value === b?.value && a?.id === b?.id;
