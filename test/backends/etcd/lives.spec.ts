import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { Cluster } from '../../../src/backends/etcd/cluster.js';
import type { Header, Member } from '../../../src/backends/etcd/member.js';

/** A host that answers when the test says so, and the life of the store that each answer is placed in. */
function scene() {
  const asked: Subject<{ header: Header }>[] = [];
  const call = () => {
    const answer = new Subject<{ header: Header }>();
    asked.push(answer);
    return answer;
  };
  const cluster = new Cluster([{ isAnswering: true, call } as unknown as Member]);
  const lives: Record<string, number> = {};
  return {
    lives,
    ask: (name: string) => cluster.agree(() => Promise.reject(new Error('not sent'))).subscribe(({ life }) => (lives[name] = life)),
    answer: (at: number, revision: number, cluster_id = '1') =>
      asked[at]?.next({ header: { cluster_id, revision: String(revision) } }),
  };
}

describe('an answer', () => {
  it.each([
    ['of another cluster', '2', 200],
    ['of a store set back', '1', 20],
  ])('%s belongs to the new life, though another was the first to tell of it', (_, cluster, revision) => {
    const { ask, answer, lives } = scene();
    ask('before');
    answer(0, 100);
    ask('one');
    ask('other');
    answer(1, revision, cluster);
    answer(2, revision + 1, cluster);
    expect(lives).toEqual({ before: 0, one: 1, other: 1 });
  });

  it('that was on its way since before stays in the past', () => {
    const { ask, answer, lives } = scene();
    ask('before');
    answer(0, 100);
    ask('one');
    ask('other');
    answer(1, 20, '2');
    answer(2, 101);
    ask('next');
    answer(3, 21, '2');
    expect(lives).toEqual({ before: 0, one: 1, other: 0, next: 1 });
  });

  // Of two clusters, or two lives of one, nobody can tell which came first.
  it.each([
    ['the data has gone back', '1', 20],
    ['the store was set up anew', '2', 200],
  ])('that was on its way since before anything was known is asked for once more where %s meanwhile', (_, cluster, revision) => {
    const { ask, answer, lives } = scene();
    ask('first');
    ask('late');
    answer(0, 100);
    ask('one');
    answer(2, revision, cluster);
    answer(1, 90);
    expect(lives).toEqual({ first: 0, one: 1 });
    answer(3, revision + 1, cluster);
    expect(lives).toEqual({ first: 0, one: 1, late: 1 });
  });

  it('from another cluster than the first that is known is asked for once more, where nothing was known before', () => {
    const { ask, answer, lives } = scene();
    ask('late');
    ask('first');
    answer(1, 20, '2');
    answer(0, 100);
    expect(lives).toEqual({ first: 0 });
    answer(2, 21, '2');
    expect(lives).toEqual({ first: 0, late: 0 });
  });
});
