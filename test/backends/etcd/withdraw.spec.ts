import { type Observable, defer, lastValueFrom, of, throwError } from 'rxjs';
import { expect, it } from 'vitest';
import { Ledger } from '../../../src/backends/etcd/ledger.js';
import type { Store } from '../../../src/backends/etcd/store.js';
import { withdraw } from '../../../src/backends/etcd/withdraw.js';
import { BackendUnavailableError } from '../../../src/core/errors.js';
import { until } from '../../servers/until.js';

const lease = { id: '4000000000000001', ttl: 10_000 };
const claim = { key: 'k', id: 'i', nonce: 'n' };

/** A store that answers every deletion, and when it was asked. */
function scene() {
  const ledger = new Ledger('');
  const asked: number[] = [];
  const agree = (): Observable<unknown> =>
    defer(() => (asked.push(performance.now()), of({ answer: { succeeded: true }, revision: 1n, life: 0 })));
  const store = { ledger, cluster: { agree }, views: { get: () => undefined } } as unknown as Store;
  return {
    attempt: ledger.enter(lease, claim),
    ledger,
    asked,
    done: () => lastValueFrom(withdraw(store)(lease, claim), { defaultValue: 'done' }),
  };
}
const unclear = throwError(() => new BackendUnavailableError('no answer'));

it('asks nothing where nothing was put', async () => {
  const { asked, done } = scene();
  await done();
  expect(asked).toEqual([]);
});

it('asks once where the put was answered', async () => {
  const { attempt, asked, done } = scene();
  attempt.place({ path: attempt.path, id: 'i', kind: 'exclusive', value: '', created: 5n, modified: 5n, lease: lease.id }, 0);
  await done();
  expect(asked).toHaveLength(1);
});

it('asks again when an unclear put has run out of time, and keeps its key under suspicion', async () => {
  const { attempt, ledger, asked, done } = scene();
  await lastValueFrom(attempt.put(unclear)).catch(() => undefined);
  attempt.clearAt = performance.now() + 100;
  await done();
  expect(asked).toHaveLength(2);
  expect((asked[1] ?? 0) - (asked[0] ?? 0)).toBeGreaterThan(80);
  expect(ledger.doubtful(lease)).toEqual([attempt.path]);
});

it('ends when its lease does, whatever it was waiting for', async () => {
  const { attempt, ledger, asked, done } = scene();
  await lastValueFrom(attempt.put(unclear)).catch(() => undefined);
  attempt.clearAt = performance.now() + 3_000;
  const [began, withdrawn] = [performance.now(), done()];
  await until('it has asked once', () => asked.length === 1);
  ledger.ended(lease);
  await withdrawn;
  expect(performance.now() - began).toBeLessThan(1_000);
  expect(asked).toHaveLength(1);
});

it('waits for a put that is under way', async () => {
  const { attempt, asked, done } = scene();
  let answer: (value: string) => void = () => undefined;
  const abandoned = attempt.put(defer(() => new Promise<string>((resolve) => (answer = resolve)))).subscribe();
  await Promise.resolve();
  abandoned.unsubscribe();
  const withdrawn = done();
  await Promise.resolve();
  attempt.place({ path: attempt.path, id: 'i', kind: 'exclusive', value: '', created: 5n, modified: 5n, lease: lease.id }, 0);
  expect(asked).toEqual([]);
  answer('put');
  await withdrawn;
  expect(asked).toHaveLength(1);
});
