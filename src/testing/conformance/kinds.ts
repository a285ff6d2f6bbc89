import type { ClaimKind, KindName } from '../../core/types.js';
import type { Runner } from '../runner.js';
import { codeOf } from './outcome.js';
import { type Connect, type Stage, onStage } from './stage.js';

const SAMPLES: Readonly<Record<KindName, ClaimKind>> = { exclusive: 'exclusive', shared: 'shared', permits: { permits: 2 } };
const refusal = ({ backend, lease, claim }: Stage, kind: ClaimKind) =>
  codeOf(() => backend.acquire(lease, claim('refused', { kind, wait: false })));

/** Readers and permits, where a backend has them. */
export function kinds(connect: Connect, { it, expect }: Runner): void {
  /** Plays only where the backend says that it can. */
  const where = (kind: KindName, play: (stage: Stage) => Promise<void>) =>
    onStage(connect, async (stage) => (stage.backend.kinds.includes(kind) ? play(stage) : undefined));

  it(
    'refuses the kinds that it does not have, and has exclusive claims',
    onStage(connect, async (stage) => {
      const others = (['shared', 'permits'] as const).filter((kind) => !stage.backend.kinds.includes(kind));
      expect(stage.backend.kinds.includes('exclusive')).toBe(true);
      for (const kind of others) expect(await refusal(stage, SAMPLES[kind])).toBe('UNSUPPORTED');
    }),
  );

  it(
    'lets readers in together, each with a token of its own, and no writer',
    where('shared', async (stage) => {
      const there = await stage.another();
      const [one, two] = [
        await stage.hold(stage.claim('one', { kind: 'shared' })),
        await there.hold(there.claim('two', { kind: 'shared', wait: false })),
      ];
      expect(one.token === two.token).toBe(false);
      expect(await refusal(stage, 'exclusive')).toBe('HELD');
      expect(await stage.holder()).toMatchObject({ id: 'one' });
    }),
  );

  it(
    'lets a writer in when the last reader has left, and readers behind it wait',
    where('shared', async (stage) => {
      const [one, two] = [stage.claim('one', { kind: 'shared' }), stage.claim('two', { kind: 'shared' })];
      const readers = [await stage.hold(one), await stage.hold(two)];
      const writer = await stage.queue(stage.claim('writer'));
      const behind = await stage.queue(stage.claim('behind', { kind: 'shared' }));
      expect(await refusal(stage, 'shared')).toBe('HELD');
      await stage.withdraw(one);
      await stage.meanwhile();
      expect(writer.seen.length).toBe(0);
      await stage.withdraw(two);
      const { token } = await writer.heard();
      expect(readers.every((reader) => token > reader.token)).toBe(true);
      await stage.meanwhile();
      expect(behind.seen.length).toBe(0);
    }),
  );

  it(
    'lets all readers in together when the writer leaves',
    where('shared', async ({ claim, hold, queue, withdraw }) => {
      const writer = claim('writer');
      await hold(writer);
      const readers = [await queue(claim('one', { kind: 'shared' })), await queue(claim('two', { kind: 'shared' }))];
      await withdraw(writer);
      const tokens = await Promise.all(readers.map(async (reader) => (await reader.heard()).token));
      expect(tokens[0] === tokens[1]).toBe(false);
    }),
  );

  it(
    'gives out so many permits and no more, in order',
    where('permits', async (stage) => {
      const [kind, there] = [{ permits: 2 }, await stage.another()];
      const [one, two] = [stage.claim('one', { kind }), there.claim('two', { kind })];
      await stage.hold(one);
      await there.hold(two);
      expect(await refusal(stage, kind)).toBe('HELD');
      expect(await refusal(stage, 'exclusive')).toBe('HELD');
      const [three, four] = [await stage.queue(stage.claim('three', { kind })), await there.queue(there.claim('four', { kind }))];
      await stage.meanwhile();
      expect(three.seen.length + four.seen.length).toBe(0);
      await there.withdraw(two);
      expect(await three.heard()).toMatchObject({ id: 'three' });
      await stage.meanwhile();
      expect(four.seen.length).toBe(0);
      await stage.withdraw(one);
      expect(await four.heard()).toMatchObject({ id: 'four' });
    }),
  );
}
