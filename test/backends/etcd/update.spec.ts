import { expect, it } from 'vitest';
import { until } from '../../servers/until.js';
import { Paper } from './paper.js';
import { actor, claimOn, done } from './scene.js';

it('a proclamation that is held up on its way revives nothing that was released meanwhile', async () => {
  const paper = new Paper();
  const one = await actor(paper.client).granted();
  const claim = claimOn('jobs', 'one');
  const tenure = await one.hold(claim);
  let letGo: () => void = () => undefined;
  paper.before = (name) => (name === 'put' ? new Promise<void>((resolve) => (letGo = resolve)) : undefined);
  const late = done(one.backend.update(tenure, 'late')).catch(() => undefined);
  await until('it is on its way', () => paper.count('put') === 2);
  paper.delete(...paper.keys.keys()); // as our own withdrawal does through another host
  letGo();
  await late;
  expect([...paper.keys]).toEqual([]);
});
