import { of } from 'rxjs';
import { expect, it } from 'vitest';
import type { Call, Client } from '../../../src/backends/consul/client.js';
import { Store } from '../../../src/backends/consul/store.js';

/** What was asked, of an agent that has nothing. */
function asked(use: (store: Store) => unknown): Call[] {
  const calls: Call[] = [];
  const call = (sent: Call) => (calls.push(sent), of({ body: sent.path === '/txn' ? { Results: null } : [], index: 7 }));
  use(new Store({ call } as Partial<Client> as Client));
  return calls;
}

it.each([
  ['of one key', (store: Store) => store.read('k', { recurse: false }).subscribe()],
  ['of a folder', (store: Store) => store.read('k/', { recurse: true }).subscribe()],
  ['that waits for a change', (store: Store) => store.read('k/', { recurse: true, index: 7 }).subscribe()],
  ['of many folders', (store: Store) => store.trees(['k/', 'l/']).subscribe()],
])('a reading %s is consistent: no deposed leader answers it', (_, use) => {
  const [call, ...more] = asked(use);
  expect(call?.query).toHaveProperty('consistent');
  expect(call?.query).not.toHaveProperty('stale');
  expect(more).toEqual([]);
});
