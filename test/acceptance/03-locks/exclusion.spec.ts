import { lastValueFrom, timer } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LockOptions, type Tenure, locker } from '../../../src/index.js';
import { times } from '../../fixtures/times.js';
import { say } from '../harness/figures.js';
import { type Started, backendAt, start } from './stores.js';

describe.each(['etcd', 'consul'] as const)('withLock over %s, on one id in one locker', (store) => {
  let started: Started;
  let backend: ReturnType<typeof backendAt>;
  beforeAll(async () => {
    started = await start(store);
    backend = backendAt(started.address);
  });
  afterAll(async () => {
    await backend.close();
    await started.stop();
  });

  /** How many were inside at once, and the tenures that they had. */
  async function inside(all: readonly LockOptions[]) {
    const locks = locker(backend, { name: 'exclusion' });
    const id = crypto.randomUUID();
    const [seen, tenures] = [{ now: 0, most: 0 }, new Set<Tenure>()];
    const work = async (tenure: Tenure) => {
      tenures.add(tenure);
      seen.most = Math.max(seen.most, ++seen.now);
      await lastValueFrom(timer(5));
      seen.now--;
    };
    await Promise.all(all.map((options) => lastValueFrom(locks.withLock(id, work, options), { defaultValue: undefined })));
    await locks.close();
    return { most: seen.most, tenures: tenures.size };
  }

  it('two at once never overlap', async () => {
    const pairs = times(200, 20);
    const outcomes = await Promise.all(Array.from({ length: pairs }, () => inside([{}, {}])));
    say(`pairs over ${store}`, { pairs, overlaps: outcomes.filter(({ most }) => most > 1).length });
    expect(outcomes).toEqual(Array(pairs).fill({ most: 1, tenures: 2 }));
  });

  it('with share they share', async () => {
    expect(await inside([{ share: true }, { share: true }, { share: true }])).toEqual({ most: 3, tenures: 1 });
  });

  it('those that differ never share', async () => {
    const mixed: LockOptions[] = [{ share: true }, {}, { share: true, value: 'other' }];
    expect(await inside(mixed)).toEqual({ most: 1, tenures: 3 });
  });

  it.runIf(store === 'etcd')('mixed kinds never share, and never overlap', async () => {
    const mixed: LockOptions[] = [{ share: true }, { share: true, kind: 'shared' }, { share: true, kind: { permits: 3 } }];
    expect(await inside(mixed)).toEqual({ most: 1, tenures: 3 });
  });
});
