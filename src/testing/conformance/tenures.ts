import type { Runner } from '../runner.js';
import { codeOf, done } from './outcome.js';
import { type Connect, onStage } from './stage.js';

/** What can happen to a tenure: nothing, a new value, or its loss. */
export function tenures(connect: Connect, { it, expect }: Runner): void {
  it(
    'is silent while a claim is ours, whoever comes and goes behind it',
    onStage(connect, async (stage) => {
      const there = await stage.another();
      const monitored = stage.listen(stage.backend.monitor(await stage.hold(stage.claim('one'))));
      const two = there.claim('two');
      await there.queue(two);
      await there.withdraw(two);
      await stage.meanwhile();
      expect(monitored.seen.length).toBe(0);
      expect(monitored.ended()).toBe(false);
    }),
  );

  it(
    'says CLAIM_LOST when somebody else takes our claim away',
    onStage(connect, async (stage) => {
      const [there, one] = [await stage.another(), stage.claim('one')];
      const monitored = stage.listen(stage.backend.monitor(await stage.hold(one)));
      await stage.meanwhile();
      await done(there.backend.withdraw(stage.lease, one));
      expect(await monitored.failed()).toBe('CLAIM_LOST');
    }),
  );

  it(
    'says so as well when it was gone before anybody looked',
    onStage(connect, async (stage) => {
      const [there, one] = [await stage.another(), stage.claim('one')];
      const tenure = await stage.hold(one);
      await done(there.backend.withdraw(stage.lease, one));
      await there.hold(there.claim('two'));
      expect(await codeOf(() => stage.backend.monitor(tenure))).toBe('CLAIM_LOST');
    }),
  );

  it(
    'says so when its lease was revoked by somebody else',
    onStage(connect, async (stage) => {
      const there = await stage.another();
      const monitored = stage.listen(stage.backend.monitor(await stage.hold(stage.claim('one'))));
      await done(there.backend.revoke(stage.lease));
      expect(['CLAIM_LOST', 'LEASE_LOST'].includes(await monitored.failed())).toBe(true);
    }),
  );

  it(
    'changes the value and keeps the token, and the tenure stays ours',
    onStage(connect, async (stage) => {
      const one = stage.claim('one', { value: 'before' });
      const tenure = await stage.hold(one);
      const monitored = stage.listen(stage.backend.monitor(tenure));
      expect(await stage.holder()).toMatchObject({ value: 'before' });
      await stage.announce(one, 'after');
      expect(await stage.holder()).toMatchObject({ id: 'one', value: 'after', token: tenure.token });
      await stage.meanwhile();
      expect(monitored.ended()).toBe(false);
    }),
  );

  it(
    'changes values in the order of subscription',
    onStage(connect, async ({ claim, hold, announce, holder }) => {
      const one = claim('one');
      await hold(one);
      await Promise.all(['a', 'b', 'c', 'd', 'e'].map((value) => announce(one, value)));
      expect(await holder()).toMatchObject({ value: 'e' });
    }),
  );

  it(
    'changes the value of a claim that waits, and not its place in the line',
    onStage(connect, async (stage) => {
      const [one, two] = [stage.claim('one'), stage.claim('two', { value: 'before' })];
      await stage.hold(one);
      const waiting = await stage.queue(two);
      const third = await stage.queue(stage.claim('three'));
      await stage.announce(two, 'after');
      await stage.withdraw(one);
      expect(await waiting.heard()).toMatchObject({ id: 'two' });
      expect(await stage.holder()).toMatchObject({ id: 'two', value: 'after' });
      expect(third.seen.length).toBe(0);
    }),
  );

  it(
    'refuses to change the value of a claim that is lost, and puts nothing back',
    onStage(connect, async (stage) => {
      const [there, one] = [await stage.another(), stage.claim('one')];
      const tenure = await stage.hold(one);
      await done(there.backend.withdraw(stage.lease, one));
      expect(await codeOf(() => stage.backend.update(tenure, 'ghost'))).toBe('CLAIM_LOST');
      expect(await there.holder()).toBe(null);
    }),
  );
}
