import type { IEvent } from 'etcd3';
import { type Observable, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../../src/backends/etcd/cluster.js';
import type { Told } from '../../../src/backends/etcd/session.js';
import { type Snapshot, View } from '../../../src/backends/etcd/view.js';

const stored = (name: string, revision: number) => ({
  key: Buffer.from(`k/${name}`),
  value: Buffer.from(''),
  create_revision: String(revision),
  mod_revision: String(revision),
  version: '1',
  lease: '1',
});
const header = (revision: number) => ({ cluster_id: '1', member_id: '1', revision: String(revision), raft_term: '1' });

/** A view whose watch and reads answer when the test says so. */
function scene() {
  const hints$ = new Subject<Told>();
  const reads: Subject<unknown>[] = [];
  const agree = (): Observable<unknown> => {
    const read = new Subject<unknown>();
    reads.push(read);
    return read;
  };
  const view = new View('k/', { agree, reached: () => undefined } as unknown as Cluster, hints$);
  const seen: Snapshot[] = [];
  view.live$.subscribe((snapshot) => seen.push(snapshot));
  return {
    view,
    reads,
    now: () =>
      seen
        .at(-1)
        ?.queue.map(({ id }) => id)
        .join(),
    /** What an observer would name first. */
    leader: () => seen.at(-1)?.first?.id,
    begins: (revision: number) => hints$.next({ header: header(revision), events: [] }),
    event: (type: 'Put' | 'Delete', name: string, revision: number) =>
      hints$.next({ header: header(revision), events: [{ type, kv: stored(name, revision) } as IEvent] }),
    /** The oldest read that is still open says what there was at this revision. */
    answer: (revision: number, keys: Record<string, number>, life = 0) => {
      const kvs = Object.entries(keys).map(([name, created]) => stored(name, created));
      reads.shift()?.next({ answer: { header: header(revision), kvs }, revision: BigInt(revision), life });
    },
  };
}

describe('a view', () => {
  it('tells nothing before the first reading, and then what happened meanwhile as well', () => {
    const { begins, event, answer, now } = scene();
    begins(5);
    event('Put', 'b', 7);
    expect(now()).toBe(undefined);
    answer(6, { a: 3 });
    expect(now()).toBe('a,b');
  });

  it('goes on by events, and is not taken back by a reading that was overtaken', () => {
    const { view, begins, event, answer, now } = scene();
    begins(5);
    answer(5, { a: 3 });
    view.read().subscribe();
    event('Delete', 'a', 8);
    answer(6, { a: 3, b: 6 });
    expect(now()).toBe('');
  });

  it('misses nothing of a gap between two watches, whichever answers come first', () => {
    const { view, begins, event, answer, now } = scene();
    begins(5);
    answer(5, { a: 3 });
    view.read().subscribe();
    begins(20); // the end of a, at 15, was told by nobody
    answer(10, { a: 3 }); // older than the new watch
    event('Put', 'c', 25);
    answer(22, { b: 16 }); // overtaken by the event, and yet all that we have of the gap
    expect(now()).toBe('b,c');
  });

  it('knows its own writes before the watch tells them, and keeps them when an older reading comes', () => {
    const { view, begins, answer, now } = scene();
    begins(5);
    answer(5, { a: 3 });
    view.read().subscribe();
    view.learn('k/a', 9n);
    expect(now()).toBe('');
    answer(7, { a: 3, b: 6 });
    expect(now()).toBe('b');
  });

  it('names nobody first while what happened before is not known', () => {
    const { view, begins, event, answer, leader } = scene();
    view.read().subscribe();
    answer(5, {});
    begins(6); // a came at 6, and was told by nobody
    event('Put', 'b', 7);
    expect(leader()).toBe(undefined);
    answer(6, { a: 6 });
    expect(leader()).toBe('a');
    view.learn('k/a', 9n); // ours; b went at 8, and the watch lags
    expect(leader()).toBe(undefined);
    event('Delete', 'b', 8);
    event('Delete', 'a', 9);
    event('Put', 'c', 10);
    expect(leader()).toBe('c');
    begins(20); // c went, and others came
    event('Put', 'c', 21); // once more
    expect(leader()).toBe(undefined);
  });

  it('takes a new life of the store for the present, and reads once more', () => {
    const { view, reads, begins, event, answer, now } = scene();
    begins(50);
    answer(50, { a: 30 });
    view.read().subscribe();
    event('Put', 'old', 60);
    view.learn('k/b', 70n); // of the life before
    answer(3, { b: 2 }, 1);
    expect(now()).toBe('b');
    expect(reads).toHaveLength(1);
    answer(4, { b: 2, c: 4 }, 1);
    expect(now()).toBe('b,c');
  });
});
