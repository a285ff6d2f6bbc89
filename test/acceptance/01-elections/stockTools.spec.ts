import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { etcdBackend } from '../../../src/backends/etcd/index.js';
import { type Backend, election } from '../../../src/index.js';
import { type EtcdNode, startEtcd } from '../../servers/etcd.js';
import { until } from '../../servers/until.js';
import { say } from '../harness/figures.js';
import { keys } from '../harness/leftovers.js';
import { Recording } from '../harness/recording.js';

let etcd: EtcdNode;
let backends: Backend[];
beforeAll(async () => {
  etcd = await startEtcd();
  backends = [etcdBackend({ hosts: etcd.host }), etcdBackend({ hosts: etcd.host })];
});
afterAll(async () => {
  await Promise.all(backends.map((backend) => backend.close()));
  await etcd.stop();
});

/** Somebody in the queue: whether it holds, and how to end it. */
interface Candidate {
  holds(): boolean;
  leave(): Promise<unknown>;
}
const ours = (key: string, id: string, turn: number): Candidate => {
  const mine = election(backends[turn % 2]!, { key, id, value: `${id} of ours` });
  const selected = new Recording(mine.isSelected$);
  return { holds: () => selected.last === true, leave: () => (selected.stop(), mine.stop()) };
};
const stock = (...command: string[]): Candidate => {
  const tool = etcd.spawnEtcdctl(...command);
  return { holds: () => tool.output.includes(`${command[1]}/`), leave: () => tool.stop() };
};
const kinds: Record<string, (key: string, i: number) => Candidate> = {
  'one of ours': (key, i) => ours(key, `candidate-${i}`, i),
  'etcdctl elect': (key, i) => stock('elect', key, `proposal-${i}`),
  'etcdctl lock': (key) => stock('lock', key),
};

describe('the stock tools and we exclude each other', () => {
  const queues = [
    ['one of ours', 'etcdctl elect', 'one of ours', 'etcdctl lock', 'one of ours'],
    ['etcdctl lock', 'one of ours', 'etcdctl elect', 'one of ours', 'one of ours', 'etcdctl lock'],
    ['etcdctl elect', 'etcdctl lock', 'one of ours', 'etcdctl elect'],
  ];
  it.each(queues.map((queue) => [queue.join(', '), queue] as const))('first come, first served: %s', async (_, queue) => {
    const key = `stock/${queue.length}`;
    const all: Candidate[] = [];
    for (const [i, kind] of queue.entries()) {
      all.push(kinds[kind]!(key, i));
      await until(`${kind} in the queue`, async () => (await keys(etcd, `${key}/`)).length === i + 1);
    }
    for (const [turn, first] of all.entries()) {
      await until(`turn ${turn}: ${queue[turn]} holds`, () => first.holds());
      expect(all.map((candidate) => candidate.holds())).toEqual(all.map((_, i) => i <= turn)); // whoever left held once
      expect(await keys(etcd, `${key}/`)).toHaveLength(all.length - turn);
      await first.leave();
      if (queue[turn] === 'one of ours') all[turn] = { ...first, holds: () => true };
    }
    await until('an empty queue', async () => (await keys(etcd, `${key}/`)).length === 0);
    say('stock tools', { queue: queue.join(' > '), 'turns in order': `${all.length} of ${all.length}` });
  });

  it('etcdctl elect --listen prints what we announce', async () => {
    const mine = election(backends[0]!, { key: 'announced', value: 'host-1:8080' });
    const selected = new Recording(mine.isSelected$);
    const listening = etcd.spawnEtcdctl('elect', '--listen', 'announced');
    await listening.saw(/host-1:8080/);
    await mine.proclaim('host-2:9090');
    await listening.saw(/host-2:9090/);
    selected.stop();
    await Promise.all([mine.stop(), listening.stop()]);
  });

  it('jobs and jobs/nightly lead at the same time', async () => {
    for (const names of [
      ['jobs', 'jobs/nightly'],
      ['tasks/nightly', 'tasks'],
    ]) {
      const elections = names.map((key, i) => election(backends[i]!, { key }));
      const selected = elections.map((each) => new Recording(each.isSelected$));
      await Promise.all(selected.map((each) => each.until('both lead', Boolean)));
      expect(elections.map((each) => each.isSelected())).toEqual([true, true]);
      selected.forEach((each) => each.stop());
      await Promise.all(elections.map((each) => each.stop()));
    }
  });
});
