import { setTimeout as pause } from 'node:timers/promises';
import { EMPTY, Observable, share, switchMap, tap } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { etcdBackend } from '../../../src/backends/etcd/index.js';
import { memoryBackend, memoryFaults } from '../../../src/backends/memory/index.js';
import { type Backend, type Tenure, election } from '../../../src/index.js';
import { times } from '../../fixtures/times.js';
import { type EtcdNode, startEtcd } from '../../servers/etcd.js';
import { startProxy } from '../../servers/faultProxy.js';
import { until } from '../../servers/until.js';
import { now } from '../harness/clock.js';
import { say } from '../harness/figures.js';
import { Observer } from '../harness/observer.js';
import { Recording } from '../harness/recording.js';
import { quick } from '../harness/servers.js';
import { type Verb, wrapped } from '../harness/verbs.js';

/** Short where it has to run out, else too long to; the margin also covers what a busy machine does to timers. */
const timings = { unsubscription: { ttl: 10_000 }, stop: { ttl: 10_000 }, loss: { ttl: 2_000, margin: 600 } };
const rounds = times(20, 2);

let etcd: EtcdNode;
let observer: Observer;
beforeAll(async () => {
  etcd = await startEtcd(quick);
  observer = await Observer.of(etcd.host, 'work/');
});
afterAll(async () => {
  await observer.close();
  await etcd.stop();
});

interface Entry {
  readonly what: Verb | 'work begins' | 'work ends' | 'drained';
  readonly at: number;
}
/** One candidate whose network can be silenced, and the next in line, whose network can't. */
interface Place {
  readonly backend: Backend;
  readonly other: Backend;
  readonly silence: () => void;
  readonly close: () => Promise<unknown>;
}
const places: Record<'memory' | 'etcd', () => Promise<Place>> = {
  memory: async () => {
    const faults = memoryFaults();
    const other = memoryBackend();
    const backend = memoryBackend({ store: other.store, faults });
    const close = () => (faults.heal(), Promise.all([backend.close(), other.close()]));
    return { backend, other, silence: () => faults.partition(), close };
  },
  etcd: async () => {
    const proxy = await startProxy({ target: etcd.host });
    const [backend, other] = [etcdBackend({ hosts: proxy.host }), etcdBackend({ hosts: etcd.host })];
    const close = async () => {
      proxy.pass();
      await Promise.all([backend.close(), other.close()]);
      await proxy.close();
    };
    return { backend, other, silence: () => proxy.freeze(), close };
  },
};
const shapes = { plainly: tap<unknown>(), 'through share': share<unknown>() };
const ends = ['unsubscription', 'stop', 'loss'] as const;

/** Many rounds are load enough. */
const test = times(1, 0) ? it : it.concurrent;

/** Work whose teardown begins something that takes 20 ms. */
const working = (log: Entry[], held: Tenure[], waits: boolean) => (tenure: Tenure | null) =>
  tenure === null
    ? EMPTY
    : new Observable<never>(() => {
        const note = (what: Entry['what']) => log.push({ what, at: now() });
        note('work begins');
        held.push(tenure);
        return () => {
          note('work ends');
          if (waits) tenure.waitUntil(pause(20).then(() => note('drained')));
        };
      });

async function run(place: keyof typeof places, shape: keyof typeof shapes, end: (typeof ends)[number], waits: boolean, round: number) {
  const { backend, other, silence, close } = await places[place]();
  const log: Entry[] = [];
  const held: Tenure[] = [];
  const logged = wrapped(backend, (verb, call$) => (log.push({ what: verb, at: now() }), call$));
  const key = `work/${shape}/${end}/${waits}/${round}`;
  const mine = election(logged, { key, id: 'mine', ...timings[end] });
  const work = mine.tenure$.pipe(switchMap(working(log, held, waits)), shapes[shape]).subscribe();
  const at = (what: Entry['what']) => log.find((entry) => entry.what === what)?.at;
  const tenure = await until('the work runs', () => held.find((each) => each.isCurrent()));
  const next = new Recording(election(other, { key, id: 'next', ...timings[end] }).isSelected$);
  log.splice(0);
  const begun = now();
  if (end === 'unsubscription') work.unsubscribe();
  if (end === 'stop') void mine.stop();
  if (end === 'loss') silence();
  const elected = await next.until('the next one leads', Boolean);
  const ended = at('work ends') ?? Infinity;
  const gone = place === 'etcd' ? (await observer.goneClaim(tenure.nonce)).at : elected.at;
  const evidence = () => {
    const notes = [...log, ...observer.notes.filter((note) => note.key.startsWith(key)).map(({ type, at }) => ({ what: type, at }))];
    const told = [...notes, { what: 'next is elected', at: elected.at }].sort((one, other) => one.at - other.at);
    return `${key}: ${told.map((each) => `${(each.at - begun).toFixed(0)} ${each.what}`).join(', ')}`;
  };

  // After a loss nothing can be kept: the work is left at the deadline, and what it began has the margin.
  const before = end === 'loss' ? [] : waits ? ['work ends', 'drained'] : ['work ends'];
  const told = log.map(({ what }) => what).filter((what) => ['work ends', 'drained', 'withdraw', 'revoke'].includes(what));
  expect([...told.slice(0, before.length)], evidence()).toEqual(before);
  expect(told.indexOf('work ends'), evidence()).toBe(0);
  expect(ended, evidence()).toBeLessThan(Math.min(gone, elected.at));
  if (waits && end !== 'loss') expect(at('drained'), evidence()).toBeLessThan(gone);

  work.unsubscribe();
  next.stop();
  await close();
  return gone - ended;
}

describe.each(['memory', 'etcd'] as const)('%s: the work stops first, then the key is released', (place) => {
  describe.each(Object.keys(shapes) as (keyof typeof shapes)[])('%s', (shape) => {
    test.each(ends.flatMap((end) => [false, true].map((waits) => [end, waits ? ', something in waitUntil' : '', waits] as const)))(
      'ended by %s%s',
      async (end, name, waits) => {
        const leads = await Promise.all(Array.from({ length: rounds }, (_, round) => run(place, shape, end, waits, round)));
        const first = `${leads.filter((lead) => lead > 0).length} of ${rounds}`;
        say(`work first, ${place}, ${shape}, by ${end}${name}`, { first, 'smallest lead': Math.min(...leads) });
      },
    );
  });
});
