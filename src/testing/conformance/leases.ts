import type { Runner } from '../runner.js';
import { codeOf, done } from './outcome.js';
import { type Connect, onStage } from './stage.js';

/** A lease that has ended stays ended, and everything that hung on it is gone. */
export function leases(connect: Connect, { it, expect }: Runner): void {
  it(
    'says the ttl that it granted, which is never shorter than what was asked for',
    onStage(connect, ({ lease }) => {
      expect(lease.ttl >= 10_000).toBe(true);
      expect(typeof lease.id).toBe('string');
    }),
  );

  it(
    'gives each lease an id of its own',
    onStage(connect, async ({ lease, another }) => {
      expect((await another()).lease.id === lease.id).toBe(false);
    }),
  );

  it(
    'renews what it granted, as often as asked',
    onStage(connect, async ({ backend, lease }) => {
      for (let times = 0; times < 3; times++) await done(backend.renew(lease));
      expect(await codeOf(() => backend.renew(lease))).toBe('emitted');
    }),
  );

  it(
    'frees every key of a revoked lease',
    onStage(connect, async ({ backend, lease, key, claim, hold, another }) => {
      const there = await another();
      await hold(claim('one'));
      await hold(claim('else', { key: `${key}-2` }));
      const two = await there.queue(there.claim('two'));
      const other = await there.queue(there.claim('other', { key: `${key}-2` }));
      await done(backend.revoke(lease));
      expect(await two.heard()).toMatchObject({ id: 'two' });
      expect(await other.heard()).toMatchObject({ id: 'other' });
    }),
  );

  it(
    'revokes twice as well as once',
    onStage(connect, async ({ backend, lease, claim, hold, holder }) => {
      await hold(claim('one'));
      await done(backend.revoke(lease));
      await done(backend.revoke(lease));
      expect(await holder()).toBe(null);
    }),
  );

  it(
    'refuses to renew a revoked lease, and does not revive it',
    onStage(connect, async ({ backend, lease, claim, hold, holder }) => {
      await hold(claim('one'));
      await done(backend.revoke(lease));
      for (let times = 0; times < 2; times++) expect(await codeOf(() => backend.renew(lease))).toBe('LEASE_LOST');
      expect(await holder()).toBe(null);
      expect(await codeOf(() => backend.acquire(lease, claim('again')))).toBe('LEASE_LOST');
    }),
  );

  it(
    'refuses to place a claim on a lease that has ended, and leaves nothing of it',
    onStage(connect, async (stage) => {
      const there = await stage.another();
      await done(there.backend.revoke(stage.lease));
      for (const wait of [true, false]) {
        expect(await codeOf(() => stage.backend.acquire(stage.lease, stage.claim('dead', { wait })))).toBe('LEASE_LOST');
      }
      expect(await there.holder()).toBe(null);
      expect(await codeOf(() => stage.backend.renew(stage.lease))).toBe('LEASE_LOST');
    }),
  );

  it(
    'stops waiting when the lease has ended',
    onStage(connect, async ({ backend, lease, claim, queue, another }) => {
      const there = await another();
      await there.hold(there.claim('one'));
      const waiting = await queue(claim('two'));
      await done(backend.revoke(lease));
      expect(['LEASE_LOST', 'CLAIM_LOST'].includes(await waiting.failed())).toBe(true);
    }),
  );

  it(
    'stops waiting when its claim was taken out of the line',
    onStage(connect, async ({ lease, claim, hold, queue, another }) => {
      const [there, two] = [await another(), claim('two')];
      await hold(claim('one'));
      const waiting = await queue(two);
      await done(there.backend.withdraw(lease, two));
      expect(await waiting.failed()).toBe('CLAIM_LOST');
    }),
  );
}
