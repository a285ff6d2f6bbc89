import { firstValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { EtcdClient } from '../../../src/backends/etcd/client.js';
import { Cluster } from '../../../src/backends/etcd/cluster.js';
import { Member, type Send } from '../../../src/backends/etcd/member.js';
import { codeOf } from './scene.js';

interface Answer {
  header: { cluster_id: string; revision: string };
}
const ofCluster = (cluster_id: string): Answer => ({ header: { cluster_id, revision: '1' } });

/** A host that says which cluster it belongs to, when it is asked for that. */
const host = (name: string, cluster: string) => {
  const client = { maintenance: { status: () => Promise.resolve(ofCluster(cluster)) } };
  return new Member(name, client as unknown as EtcdClient);
};
const says = (cluster: string) => (() => Promise.resolve(ofCluster(cluster))) as Send<Answer>;

describe('hosts of two clusters', () => {
  it('are refused', async () => {
    const [one, other] = [host('one', '1'), host('other', '2')];
    const cluster = new Cluster([one, other]);
    await firstValueFrom(cluster.askAt(one, says('1'), 1_000));
    expect(await firstValueFrom(cluster.askAt(other, says('2'), 1_000)).catch(codeOf)).toBe('INVALID_OPTIONS');
  });

  it('may be one that was set up anew, whose last answers from before come late', async () => {
    const [one, other] = [host('one', '2'), host('other', '2')];
    const cluster = new Cluster([one, other]);
    await firstValueFrom(cluster.askAt(one, says('2'), 1_000));
    expect(await firstValueFrom(cluster.askAt(other, says('1'), 1_000))).toEqual(ofCluster('1'));
    expect(other.cluster).toBe('2');
  });
});
