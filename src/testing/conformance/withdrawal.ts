import { lastValueFrom } from 'rxjs';
import type { Runner } from '../runner.js';
import { type Connect, onStage } from './stage.js';

/** What is given up is gone, and nothing else is. */
export function withdrawal(connect: Connect, { it, expect }: Runner): void {
  it(
    'leaves nothing after withdraw, and a repeated one spares the next',
    onStage(connect, async ({ claim, hold, withdraw, holder }) => {
      const one = claim('one');
      await hold(one).then(() => withdraw(one));
      expect(await holder()).toBe(null);
      await hold(claim('two')).then(() => withdraw(one));
      expect(await holder()).toMatchObject({ id: 'two' });
    }),
  );

  it(
    'withdraws by nonce: a stranger to the queue changes nothing',
    onStage(connect, async ({ claim, hold, withdraw, holder }) => {
      await hold(claim('one'));
      await withdraw(claim('one'));
      expect(await holder()).toMatchObject({ id: 'one' });
    }),
  );

  it(
    'takes a waiting claim out of the line',
    onStage(connect, async ({ claim, hold, queue, withdraw, meanwhile }) => {
      const [one, two, three] = [claim('one'), claim('two'), claim('three')];
      await hold(one);
      const [second, third] = [await queue(two), await queue(three)];
      second.leave();
      await withdraw(two);
      await withdraw(one);
      expect(await third.heard()).toMatchObject({ id: 'three' });
      await meanwhile();
      expect(second.seen.length).toBe(0);
    }),
  );

  it(
    'leaves nothing of a claim that was given up the moment it was made',
    onStage(connect, async ({ backend, lease, claim, withdraw, holder }) => {
      const claims = ['one', 'two', 'three'].map((id) => claim(id));
      for (const each of claims) backend.acquire(lease, each).subscribe().unsubscribe();
      await Promise.all(claims.map(withdraw));
      expect(await holder()).toBe(null);
    }),
  );

  it(
    'leaves nothing, wherever the wait was left',
    onStage(connect, async ({ backend, lease, claim, withdraw, meanwhile, holder }) => {
      const claims = [...'abcdefgh'].map((id) => claim(id));
      const leave = claims.map((each, turns) => async () => {
        const waiting = backend.acquire(lease, each).subscribe();
        for (let turn = 0; turn < turns; turn++) await Promise.resolve();
        waiting.unsubscribe();
        await withdraw(each);
      });
      await Promise.all(leave.map((each) => each()));
      await meanwhile();
      expect(await holder()).toBe(null);
    }),
  );

  it(
    'completes without a value',
    onStage(connect, async ({ backend, lease, claim, hold }) => {
      const one = claim('one');
      await hold(one);
      expect(await lastValueFrom(backend.withdraw(lease, one), { defaultValue: 'completed' })).toBe('completed');
    }),
  );
}
