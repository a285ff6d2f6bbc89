import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { until } from '../../servers/until.js';
import { Paper } from './paper.js';
import { actor, claimOn } from './scene.js';

/** One who holds a key that it also looks at, on a server whose every word the test hears. */
async function scene() {
  const paper = new Paper();
  const one = await actor(paper.client).granted(10_000);
  const watched = one.listen(one.backend.watch('k'));
  await until('the key is watched and read', () => paper.count('watch') === 1 && paper.count('range') === 2);
  await pause(20);
  return { paper, one, watched, claim: claimOn('k', 'one') };
}

describe('a tenure of a key that somebody looks at already', () => {
  it('is lost at once when its claim is gone by then', async () => {
    const { paper, one, watched, claim } = await scene();
    const held = await one.hold(claim);
    paper.delete(...paper.keys.keys());
    await until('the end is told', () => watched.values.at(-1) === null);
    const monitored = one.listen(one.backend.monitor(held));
    expect(monitored.error).toMatchObject({ code: 'CLAIM_LOST', reason: 'deleted' });
  });

  it('is looked into where what is known of the key is older than its proof', async () => {
    const paper = new Paper();
    const one = await actor(paper.client).granted(10_000);
    const claim = claimOn('k', 'one');
    const held = await one.hold(claim);
    paper.delete(...paper.keys.keys());
    let answer = (): void => undefined;
    paper.before = (name) => (name === 'range' ? new Promise<void>((resolve) => (answer = resolve)) : undefined);
    one.listen(one.backend.watch('k')); // nothing is answered to it yet
    const monitored = one.listen(one.backend.monitor(held));
    expect(paper.count('range')).toBe(2);
    paper.before = () => undefined;
    answer();
    await until('the loss', () => monitored.end, 1_000);
    expect(monitored.end).toBe('CLAIM_LOST');
  });

  it('costs no request more while it is short', async () => {
    const { paper, one, claim } = await scene();
    const before = paper.asked.length;
    const monitored = one.listen(one.backend.monitor(await one.hold(claim)));
    await pause(20);
    monitored.leave();
    await one.withdraw(claim);
    expect(paper.asked.slice(before)).toEqual(['put', 'delete']);
  });

  it('is lost when its claim goes later', async () => {
    const { paper, one, claim } = await scene();
    const monitored = one.listen(one.backend.monitor(await one.hold(claim)));
    await pause(20);
    expect(monitored.end).toBe(undefined);
    paper.delete(...paper.keys.keys());
    await until('the loss', () => monitored.end, 1_000);
    expect(monitored.end).toBe('CLAIM_LOST');
  });
});
