import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Ledger } from '../../../src/backends/etcd/ledger.js';
import { until } from '../../servers/until.js';
import { Paper } from './paper.js';
import { actor, claimOn, failure } from './scene.js';

const lost = () => {
  throw new Error('14 UNAVAILABLE: connection lost');
};
const hung = () => {
  let go: () => void = () => undefined;
  return { wait: new Promise<void>((resolve) => (go = resolve)), go: () => go() };
};

describe('close', () => {
  it('leaves no claim under a lease of another backend', async () => {
    const paper = new Paper();
    const [owner, one] = [await actor(paper.client).granted(), actor(paper.client)];
    one.lease = owner.lease;
    await one.hold(claimOn('k', 'one'));
    await one.queue(claimOn('k', 'two'));
    paper.before = (name) => name === 'put' && lost();
    const never = one.listen(one.backend.acquire(one.lease, claimOn('k', 'three')));
    await one.backend.close();
    expect([never.end, [...paper.keys.keys()], paper.leases.size]).toEqual(['INVALID_OPTIONS', [], 1]);
  });

  it('leaves no lease whose grant was under way', async () => {
    const paper = new Paper();
    const [one, { wait, go }] = [actor(paper.client), hung()];
    paper.before = (name) => (name === 'grant' ? wait : undefined);
    const asked = one.listen(one.backend.grant(10_000));
    const closing = one.backend.close();
    setTimeout(go, 50);
    await closing;
    expect([asked.end, paper.leases.size]).toEqual(['INVALID_OPTIONS', 0]);
    await pause(20);
    expect(paper.leases.size).toBe(0);
  });
});

describe('a grant that nobody waits for', () => {
  it('is undone as often as it takes', async () => {
    const paper = new Paper();
    const [one, { wait, go }] = [actor(paper.client), hung()];
    let revocations = 0;
    paper.before = (name) => {
      if (name === 'grant') return wait;
      if (name === 'revoke' && revocations++ < 2) lost();
      return undefined;
    };
    one.listen(one.backend.grant(10_000)).leave();
    go();
    await until('it is granted', () => paper.leases.size === 1);
    await until('it is gone', () => paper.leases.size === 0, 2_000);
  });
});

describe('an announcement', () => {
  it('of a claim that was never put ends when that is given up', async () => {
    const paper = new Paper();
    const one = await actor(paper.client).granted();
    const claim = claimOn('k', 'one');
    paper.isDown = true;
    const waiting = one.listen(one.backend.acquire(one.lease, claim));
    const announced = failure(one.backend.update(one.ref(claim), 'new'));
    await until('it was tried', () => paper.count('put') > 1);
    waiting.leave();
    one.listen(one.backend.withdraw(one.lease, claim));
    expect(await announced).toMatchObject({ code: 'CLAIM_LOST' });
    paper.isDown = false;
  });

  it('of a claim that was never put ends with its lease', async () => {
    const paper = new Paper();
    const one = await actor(paper.client).granted();
    const claim = claimOn('k', 'one');
    paper.before = (name) => name === 'put' && lost();
    one.listen(one.backend.acquire(one.lease, claim)).leave();
    const announced = failure(one.backend.update(one.ref(claim), 'new'));
    one.listen(one.backend.revoke(one.lease));
    expect(await announced).toMatchObject({ code: 'CLAIM_LOST' });
  });
});

it('a lease that nobody has confirmed for long is forgotten, with all that was attempted under it', async () => {
  const ledger = new Ledger('');
  const [old, kept] = [
    { id: '1', ttl: -1_000 }, // so that it is over at once
    { id: '2', ttl: 10_000 },
  ];
  const attempt = ledger.enter(old, claimOn('k', 'one'));
  ledger.granted(old);
  await pause(1);
  ledger.granted(kept);
  expect(ledger.leases).toEqual([kept]);
  expect(await failure(attempt.ended$)).toMatchObject({ code: 'none' });
});
