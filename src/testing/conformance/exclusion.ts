import type { Runner } from '../runner.js';
import { codeOf, done } from './outcome.js';
import { type Connect, onStage } from './stage.js';

/** One key, one holder, first come, first served. */
export function exclusion(connect: Connect, { it, expect }: Runner): void {
  it(
    'makes two claims on one lease exclude each other',
    onStage(connect, async ({ backend, lease, claim, hold }) => {
      await hold(claim('one'));
      expect(await codeOf(() => backend.acquire(lease, claim('two', { wait: false })))).toBe('HELD');
    }),
  );

  it(
    'makes claims of two clients exclude each other',
    onStage(connect, async ({ claim, hold, another }) => {
      await hold(claim('one'));
      const { backend, lease } = await another();
      expect(await codeOf(() => backend.acquire(lease, claim('two', { wait: false })))).toBe('HELD');
    }),
  );

  it(
    'lets the second in when the first withdraws, and not before',
    onStage(connect, async (stage) => {
      const one = stage.claim('one');
      await stage.hold(one);
      const there = await stage.another();
      const two = await there.queue(there.claim('two'));
      await there.meanwhile();
      expect(two.seen.length).toBe(0);
      expect(await stage.holder()).toMatchObject({ id: 'one' });
      await stage.withdraw(one);
      expect(await two.heard()).toMatchObject({ id: 'two', lease: { id: there.lease.id } });
    }),
  );

  it(
    'serves first come, first served',
    onStage(connect, async (stage) => {
      const there = await stage.another();
      const order: string[] = [];
      const queued = [];
      for (const [id, at] of Object.entries({ one: stage, two: there, three: stage, four: there })) {
        const claim = at.claim(id);
        const waiting = await at.queue(claim);
        queued.push(async () => (order.push((await waiting.heard()).id), at.withdraw(claim)));
      }
      await Promise.all(queued.map((turn) => turn()));
      expect(order.join()).toBe('one,two,three,four');
    }),
  );

  it(
    'adopts no claim of another attempt, though id and lease are the same',
    onStage(connect, async ({ claim, hold, queue, withdraw, meanwhile }) => {
      const one = claim('same');
      const first = await hold(one);
      const second = await queue(claim('same'));
      await meanwhile();
      expect(second.seen.length).toBe(0);
      await withdraw(one);
      expect((await second.heard()).token > first.token).toBe(true);
    }),
  );

  it(
    'finds its own claim again when the same attempt is repeated',
    onStage(connect, async ({ claim, hold }) => {
      const one = claim('one');
      const [first, again] = [await hold(one), await hold(one)];
      expect(again.token).toBe(first.token);
    }),
  );

  it(
    'grows the token with each tenure, also when nothing was left of the one before',
    onStage(connect, async (stage) => {
      const there = await stage.another();
      const tokens: bigint[] = [];
      for (const at of [stage, there, stage, there]) {
        const claim = at.claim('one');
        tokens.push((await at.hold(claim)).token);
        await at.withdraw(claim);
      }
      expect(tokens.every((token, index) => index === 0 || token > tokens[index - 1]!)).toBe(true);
    }),
  );

  it(
    'never queues with wait: false, and leaves nothing when refused',
    onStage(connect, async ({ backend, lease, claim, hold, queue, withdraw, holder }) => {
      const [one, two] = [claim('one', { wait: false }), claim('two')];
      expect(await hold(one)).toMatchObject({ id: 'one' });
      const waiting = await queue(two);
      expect(await codeOf(() => backend.acquire(lease, claim('three', { wait: false })))).toBe('HELD');
      await withdraw(one);
      await waiting.heard();
      expect(await codeOf(() => backend.acquire(lease, claim('four', { wait: false })))).toBe('HELD');
      await withdraw(two);
      expect(await holder()).toBe(null);
    }),
  );

  it(
    'holds claims on nested keys at the same time',
    onStage(connect, async ({ backend, lease, key, claim, hold, withdraw, holder }) => {
      const keys = [key, `${key}/nightly`, `${key}/nightly/deep`];
      const deep = claim('deep', { key: keys[2]!, wait: false });
      await hold(deep);
      expect(await holder()).toBe(null);
      const claims = keys.slice(0, 2).map((each) => claim(each, { key: each, wait: false }));
      for (const each of claims) expect(await hold(each)).toMatchObject({ id: each.id });
      await withdraw(deep);
      expect(await holder()).toMatchObject({ id: key });
      for (const each of claims) await done(backend.withdraw(lease, each));
      expect(await holder()).toBe(null);
    }),
  );
}
