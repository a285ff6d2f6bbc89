import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consulBackend } from '../../../src/backends/consul/index.js';
import { election } from '../../../src/index.js';
import { sessions } from '../../backends/consul/scene.js';
import { times } from '../../fixtures/times.js';
import { type ConsulAgent, startConsul } from '../../servers/consul.js';
import { until } from '../../servers/until.js';
import { say } from '../harness/figures.js';
import { Recording } from '../harness/recording.js';

let agent: ConsulAgent;
beforeAll(async () => void (agent = await startConsul()));
afterAll(() => agent.stop());

it('two proclaims in one tenure leave the token unchanged, for holder and observers', async () => {
  const [ours, theirs] = [consulBackend({ port: agent.port }), consulBackend({ port: agent.port })];
  const [mine, other] = [election(ours, { key: 'proclaimed', value: 'a' }), election(theirs, { key: 'proclaimed' })];
  const tenures = new Recording(mine.tenure$);
  const { value: tenure } = await tenures.until('it leads', Boolean);
  const seen = new Recording(other.leader$);
  await seen.until('a', (leader) => leader?.value === 'a');
  for (const value of ['b', 'c']) {
    await mine.proclaim(value);
    await seen.until(value, (leader) => leader?.value === value);
  }
  const tokens = new Set(seen.values.flatMap((leader) => (leader ? [leader.token] : [])));
  expect([...tokens]).toEqual([tenure?.token]);
  expect(tenures.values.filter(Boolean).length).toBe(1);
  expect(mine.leader()?.token ?? tenure?.token).toBe(tenure?.token);
  tenures.stop();
  seen.stop();
  await mine.stop();
  await Promise.all([ours.close(), theirs.close()]);
});

describe('consul lock', () => {
  it('and we take turns: no overlap', { timeout: 300_000 }, async () => {
    const turns = times(50, 5);
    const backend = consulBackend({ port: agent.port });
    const mine = election(backend, { key: 'turns', ttl: 3_000 });
    const tenures = new Recording(mine.tenure$);
    const [overlaps, tokens]: [string[], bigint[]] = [[], []];
    let from = 0;
    for (let turn = 0; turn < turns; turn++) {
      const { value } = await tenures.until('it leads', Boolean, { from });
      tokens.push(value!.token);
      const tool = agent.spawnConsul('lock', 'turns', 'echo in; sleep 0.1; echo out');
      await until('it waits', async () => (await sessions(agent)).length === 2);
      if (tool.output.includes('in')) overlaps.push(`turn ${turn}: it is in while we lead`);
      from = tenures.told.length;
      await mine.stop();
      await tool.saw(/in\n/);
      if (mine.isSelected()) overlaps.push(`turn ${turn}: we lead while it is in`);
      mine.start();
      await tenures.until('it leads again', Boolean, { from });
      if (!tool.output.includes('out')) overlaps.push(`turn ${turn}: we lead before it is out`);
      await tool.exited;
    }
    say('hand-overs with consul lock, both ways', { turns, overlaps: overlaps.length });
    expect(overlaps).toEqual([]);
    expect(tokens.every((token, i) => i === 0 || token > tokens[i - 1]!)).toBe(true);
    tenures.stop();
    await mine.stop();
    await backend.close();
  });
});
