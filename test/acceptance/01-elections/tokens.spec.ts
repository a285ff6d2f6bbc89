import { Etcd3 } from 'etcd3';
import { Subject } from 'rxjs';
import { expect, it } from 'vitest';
import { etcdBackend } from '../../../src/backends/etcd/index.js';
import { type Election, type Tenure, election } from '../../../src/index.js';
import { times } from '../../fixtures/times.js';
import { startEtcd } from '../../servers/etcd.js';
import { until } from '../../servers/until.js';
import { now } from '../harness/clock.js';
import { say } from '../harness/figures.js';

const tenures = times(1_000, 50);

it('tokens strictly increase, with deleted keys, revoked leases and a server restart among them', { timeout: 600_000 }, async () => {
  const etcd = await startEtcd();
  const administrator = new Etcd3({ hosts: etcd.host });
  const backend = etcdBackend({ hosts: etcd.host });
  const held$ = new Subject<{ mine: Election; tenure: Tenure }>();
  const begun = now();
  const elections = ['one', 'two', 'three'].map((id) =>
    election(backend, { key: 'tokens', id, ttl: 5_000, backoff: { initial: 10, max: 100 } }),
  );

  const ways = { 'stepped down': 0, deleted: 0, revoked: 0, restarts: 0 };
  const end = async (turn: number, { mine, tenure }: { mine: Election; tenure: Tenure }): Promise<unknown> => {
    if (turn === Math.floor(tenures / 2)) {
      ways.restarts++;
      await etcd.kill();
      await etcd.restart();
    }
    if (turn % 10 === 3) return (ways.deleted++, administrator.delete().prefix(`tokens/${tenure.lease.id}.${tenure.nonce}`));
    if (turn % 20 === 7) return (ways.revoked++, etcd.etcdctl('lease', 'revoke', tenure.lease.id));
    return (ways['stepped down']++, mine.stepDown());
  };
  const failures: unknown[] = [];
  const tokens: bigint[] = [];
  held$.subscribe((held) => {
    tokens.push(held.tenure.token);
    void end(tokens.length, held).catch((error: unknown) => failures.push(error));
  });
  const standing = elections.map((mine) => mine.tenure$.subscribe((tenure) => tenure && held$.next({ mine, tenure })));

  await until(`${tenures} tenures`, () => tokens.length >= tenures, 500_000);
  held$.complete();
  standing.forEach((each) => each.unsubscribe());
  const wrong = tokens.filter((token, i) => i > 0 && token <= tokens[i - 1]!);
  say('tokens', {
    tenures: tokens.length,
    ...ways,
    seconds: (now() - begun) / 1_000,
    first: tokens[0],
    last: tokens.at(-1),
    'not greater than the one before': wrong.length,
  });
  expect(wrong).toEqual([]);
  expect(failures).toEqual([]);
  await Promise.all(elections.map((each) => each.stop()));
  await backend.close();
  administrator.close();
  await etcd.stop();
});
