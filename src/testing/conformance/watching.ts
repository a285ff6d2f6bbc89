import type { Leader } from '../../core/types.js';
import type { Runner } from '../runner.js';
import { type Connect, onStage } from './stage.js';

const free = (leader: Leader | null) => leader === null;
const is = (id: string, value?: string) => (leader: Leader | null) => leader?.id === id && (value ?? leader.value) === leader.value;
const told = (seen: readonly (Leader | null)[]) => seen.map((leader) => leader && `${leader.id}=${leader.value}`).join();

/** Ids and values that a wire format may stumble over. */
const ODD = [
  '',
  ' ',
  'a/b',
  '/a/',
  '~',
  'a~x~b',
  '%',
  '%2F',
  '100%',
  '.',
  '..',
  '\n\t"\'\\',
  'ünï',
  '日本語',
  '👩‍🚀',
  '{"a":1}',
  'null',
  '.lock',
];

/** Who holds the key, now and from then on. */
export function watching(connect: Connect, { it, expect }: Runner): void {
  it(
    'tells the holder now, and each change of it in order',
    onStage(connect, async (stage) => {
      const [there, one] = [await stage.another(), stage.claim('one', { value: 'a' })];
      const two = there.claim('two', { value: 'c' });
      const watched = stage.listen(stage.backend.watch(stage.key));
      await watched.heard(free);
      const first = await stage.hold(one);
      await watched.heard(is('one', 'a'));
      await stage.announce(one, 'b');
      await watched.heard(is('one', 'b'));
      const waiting = await there.queue(two);
      await stage.withdraw(one);
      const second = await waiting.heard();
      await watched.heard(is('two'));
      await there.withdraw(two);
      await watched.heard(() => watched.seen.some(is('two')) && watched.seen[watched.seen.length - 1] === null);
      expect(told(watched.seen.filter((leader, index) => leader ?? [0, watched.seen.length - 1].includes(index)))).toBe(
        ',one=a,one=b,two=c,',
      );
      expect(watched.seen.find(is('one'))?.token).toBe(first.token);
      expect(watched.seen.find(is('two'))?.token).toBe(second.token);
    }),
  );

  it(
    'tells every watcher, here and elsewhere',
    onStage(connect, async (stage) => {
      const [there, one] = [await stage.another(), stage.claim('one')];
      const watchers = [stage, stage, there].map(({ backend, key, listen }) => listen(backend.watch(key)));
      await Promise.all(watchers.map((watched) => watched.heard(free)));
      await stage.hold(one);
      await Promise.all(watchers.map((watched) => watched.heard(is('one'))));
      watchers[0]!.leave();
      await stage.withdraw(one);
      await there.hold(there.claim('two'));
      await Promise.all(watchers.slice(1).map((watched) => watched.heard(is('two'))));
      expect(watchers[0]!.seen.some(is('two'))).toBe(false);
    }),
  );

  it(
    'has told what acquire and withdraw of the same client tell',
    onStage(connect, async ({ backend, lease, key, claim, withdraw, listen }) => {
      const watched = listen(backend.watch(key));
      const latest = () => watched.seen[watched.seen.length - 1];
      await watched.heard(free);
      const knew: unknown[] = [];
      for (const id of ['one', 'two', 'three']) {
        const each = claim(id);
        const held = listen(backend.acquire(lease, each));
        await held.heard(() => (knew.push(latest()?.id), true));
        await withdraw(each);
        knew.push(latest());
      }
      expect(knew.map(String).join()).toBe('one,null,two,null,three,null');
    }),
  );

  it(
    'never tells the past after the future',
    onStage(connect, async (stage) => {
      const there = await stage.another();
      const watched = there.listen(there.backend.watch(stage.key));
      for (let times = 0; times < 10; times++) {
        const [one, two] = [stage.claim('one'), stage.claim('two')];
        await stage.hold(one);
        await stage.queue(two);
        await stage.withdraw(one);
        await stage.withdraw(two);
      }
      const last = await stage.hold(stage.claim('last'));
      await watched.heard(is('last'));
      await there.meanwhile();
      const tokens = watched.seen.flatMap((leader) => (leader ? [leader.token] : []));
      expect(tokens.every((token, index) => index === 0 || token > tokens[index - 1]!)).toBe(true);
      expect(tokens[tokens.length - 1]).toBe(last.token);
      expect(watched.seen[watched.seen.length - 1]).toMatchObject({ id: 'last' });
    }),
  );

  it(
    'confirms as often as asked, changed or not',
    onStage(connect, async (stage) => {
      const watched = stage.listen(stage.backend.watch(stage.key, { confirmEvery: 20 }));
      await stage.hold(stage.claim('one'));
      await watched.heard(() => watched.seen.filter(is('one')).length > 3);
      expect(await stage.holder()).toMatchObject({ id: 'one' });
    }),
  );

  it(
    'tells nothing twice when no confirmation was asked for',
    onStage(connect, async (stage) => {
      const watched = stage.listen(stage.backend.watch(stage.key));
      const [one, two] = [stage.claim('one'), stage.claim('two')];
      await stage.hold(one);
      await watched.heard(is('one'));
      await stage.queue(two);
      await stage.withdraw(two);
      await stage.meanwhile();
      expect(watched.seen.filter(is('one')).length).toBe(1);
    }),
  );

  it(
    'keeps odd ids and values byte for byte',
    onStage(connect, async ({ claim, hold, withdraw, holder }) => {
      for (const odd of [...ODD, 'é'.repeat(40), 'e\u0301']) {
        const each = claim(odd, { value: odd });
        expect(await hold(each)).toMatchObject({ id: odd, value: odd });
        expect(await holder()).toMatchObject({ id: odd, value: odd });
        await withdraw(each);
      }
      const long = claim('long', { value: 'ä'.repeat(20_000) });
      await hold(long);
      expect(await holder()).toMatchObject({ value: long.value });
    }),
  );

  it(
    'keeps odd keys apart',
    onStage(connect, async ({ key, claim, hold }) => {
      for (const odd of [' ', '%', '%2F', '~', 'ü', '日本', 'a.b', ':', '?x=1', '#']) {
        const odder = { key: `${key}${odd}x`, wait: false };
        expect(await hold(claim('one', odder))).toMatchObject({ key: odder.key });
      }
    }),
  );
}
