import type { Runner } from '../runner.js';
import { codeOf } from './outcome.js';
import { type Connect, onStage } from './stage.js';

/** `close` leaves nothing of this client in the store, and nothing to call. */
export function closing(connect: Connect, { it, expect }: Runner): void {
  it(
    'frees what it held and leaves the lines it stood in',
    onStage(connect, async (stage) => {
      const there = await stage.another();
      await stage.hold(stage.claim('one'));
      const two = await there.queue(there.claim('two'));
      const dead = stage.listen(stage.backend.acquire(stage.lease, stage.claim('dead')));
      void dead.failed();
      await stage.meanwhile();
      await stage.backend.close();
      expect(await two.heard()).toMatchObject({ id: 'two' });
      expect(await codeOf(() => there.backend.renew(stage.lease))).toBe('LEASE_LOST');
    }),
  );

  it(
    'answers every verb with an error of ours from then on',
    onStage(connect, async ({ backend, lease, key, claim, hold }) => {
      const one = claim('one');
      const tenure = await hold(one);
      await backend.close();
      const verbs = [
        () => backend.grant(10_000),
        () => backend.renew(lease),
        () => backend.acquire(lease, claim('two')),
        () => backend.update(tenure, 'late'),
        () => backend.watch(key),
        () => backend.monitor(tenure),
      ];
      const codes = await Promise.all(verbs.map((verb) => codeOf(verb)));
      expect(codes.filter((code) => !/^[A-Z_]+$/.test(code)).join()).toBe('');
    }),
  );

  it(
    'completes what only watches, for it has nothing to lose',
    onStage(connect, async (stage) => {
      const heard: string[] = [];
      stage.backend.watch(stage.key).subscribe({ error: () => heard.push('error'), complete: () => heard.push('complete') });
      await stage.meanwhile();
      await stage.backend.close();
      expect(heard.join()).toBe('complete');
    }),
  );

  it(
    'closes twice as well as once',
    onStage(connect, async (stage) => {
      const [there, { backend }] = [await stage.another(), stage];
      await stage.hold(stage.claim('one'));
      await Promise.all([backend.close(), backend.close()]);
      await backend.close();
      expect(await there.holder()).toBe(null);
    }),
  );
}
