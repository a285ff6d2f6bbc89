import { afterAll, beforeAll, expect, it } from 'vitest';
import { etcdBackend } from '../../../src/backends/etcd/index.js';
import { type Backend, election, openLease, refreshLease, shareLatest } from '../../../src/index.js';
import { times } from '../../fixtures/times.js';
import { type EtcdNode, startEtcd } from '../../servers/etcd.js';
import { until } from '../../servers/until.js';
import { say } from '../harness/figures.js';
import { keys, leases } from '../harness/leftovers.js';
import { Recording } from '../harness/recording.js';

const handOvers = times(200, 20);

let etcd: EtcdNode;
let backend: Backend;
beforeAll(async () => {
  etcd = await startEtcd();
  backend = etcdBackend({ hosts: etcd.host });
});
afterAll(async () => {
  await backend.close();
  await etcd.stop();
});

it('two elections with one key on one lease: never both; releasing one leaves the other', async () => {
  const lease$ = openLease(backend, { ttl: 5_000 }).pipe(refreshLease(backend), shareLatest());
  const kept = lease$.subscribe();
  const elections = ['one', 'two'].map((id) => election(backend, { key: 'shared', id, lease$ }));
  const holders = new Set<number>();
  let together = 0;
  const stand = (i: number) => {
    const recording = new Recording(elections[i]!.isSelected$);
    const counted = elections[i]!.isSelected$.subscribe((selected) => {
      if (selected) holders.add(i);
      else holders.delete(i);
      if (holders.size > 1 || elections.every((each) => each.isSelected())) together++;
    });
    return { recording, leave: () => (recording.stop(), counted.unsubscribe(), holders.delete(i)) };
  };

  let holder = stand(0);
  await holder.recording.until('the first leads', Boolean);
  let waiter = stand(1);
  await until('two claims on one lease', async () => (await keys(etcd, 'shared/')).length === 2);
  expect(await leases(etcd)).toHaveLength(1);
  expect(waiter.recording.values).toEqual([false]);

  for (let turn = 0; turn < handOvers; turn++) {
    holder.leave();
    await waiter.recording.until('the other leads', Boolean);
    expect(elections.map((each) => each.isSelected())).toEqual([turn % 2 === 1, turn % 2 === 0]);
    [holder, waiter] = [waiter, stand(turn % 2)];
  }
  expect(together).toBe(0);
  expect(await leases(etcd)).toHaveLength(1);

  holder.leave();
  waiter.leave();
  await Promise.all(elections.map((each) => each.stop()));
  expect(await keys(etcd, 'shared/')).toEqual([]);
  kept.unsubscribe();
  await until('no lease', async () => (await leases(etcd)).length === 0);
  say('one key, one shared lease', { 'hand-overs': handOvers, 'both at once': together });
});
