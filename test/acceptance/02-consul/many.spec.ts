import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { consulBackend } from '../../../src/backends/consul/index.js';
import { type Backend, election } from '../../../src/index.js';
import { keys, services, sessions } from '../../backends/consul/scene.js';
import { times } from '../../fixtures/times.js';
import { type ConsulAgent, startConsul } from '../../servers/consul.js';
import { type FaultProxy, startProxy } from '../../servers/faultProxy.js';
import { until } from '../../servers/until.js';
import { now } from '../harness/clock.js';
import { quantile, say } from '../harness/figures.js';
import { Recording } from '../harness/recording.js';

let agent: ConsulAgent;
let proxy: FaultProxy;
beforeEach(async () => {
  agent = await startConsul();
  proxy = await startProxy({ target: `127.0.0.1:${agent.port}` });
});
const open: Backend[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((backend) => backend.close())); // also after a failure: nothing may go on campaigning
  await proxy.close();
  await agent.stop();
});

describe('many elections in one process, and an agent with default limits', () => {
  it.each(['', 'svc/'])('260, prefix %j: all lead, all observers agree, at most 8 sockets', { timeout: 120_000 }, async (prefix) => {
    const count = times(260, 260);
    const [ours, theirs] = [consulBackend({ port: proxy.port, prefix }), consulBackend({ port: agent.port, prefix })];
    open.push(ours, theirs);
    let most = 0;
    const counting = setInterval(() => (most = Math.max(most, proxy.connections())), 5);
    const begun = now();
    const all = Array.from({ length: count }, (_, i) => election(ours, { key: `many/${i}` }));
    const led = all.map((each) => new Recording(each.isSelected$));
    const seen = all.map((each) => new Recording(each.leader$));
    await until('all lead', () => led.every(({ last }) => last), 60_000);
    await until('all are seen', () => seen.every(({ last }, i) => last?.id === all[i]?.id), 30_000);
    const standing = now() - begun;

    // Somebody else waits behind some of them, and takes over.
    const some = all.filter((_, i) => i % 26 === 0);
    const next = some.map(({ key }) => election(theirs, { key }));
    const nextLed = next.map((each) => new Recording(each.isSelected$));
    await until('queued', async () => (await keys(agent, `${prefix}many/`)).length === 2 * count + some.length);
    const handovers = await Promise.all(
      some.map(async (each, i) => {
        const stopping = now();
        await each.stop();
        return (await nextLed[i]!.until('next leads', Boolean)).at - stopping;
      }),
    );
    await until('observed', () => some.every((each, i) => seen[all.indexOf(each)]?.last?.id === next[i]?.id));
    clearInterval(counting);
    say(`${count} elections in one process, prefix ${JSON.stringify(prefix)}`, {
      'ms until all lead and are seen': standing,
      'most sockets': most,
      'hand-over max ms': quantile(handovers, 1),
    });
    expect(most).toBeLessThanOrEqual(8);
    for (const each of [...led, ...seen, ...nextLed]) each.stop();
    await Promise.all([...all, ...next].map((each) => each.stop()));
    await Promise.all([ours.close(), theirs.close()]);
    await until('no socket is left', () => proxy.connections() === 0);
    expect([await keys(agent, ''), await sessions(agent), await services(agent)]).toEqual([[], [], []]);
  });
});

describe('churn', () => {
  it('leaves no session, service, check, key or socket, and opens no more than 8', { timeout: 300_000 }, async () => {
    const cycles = times(1_000, 60);
    const backend = consulBackend({ port: proxy.port });
    open.push(backend);
    let most = 0;
    for (let i = 0; i < cycles; i++) {
      const mine = election(backend, { key: `churn/${i % 7}`, ttl: 1_000 });
      const [selected, leader] = [new Recording(mine.isSelected$), new Recording(mine.leader$)];
      if (i % 3 > 0) await selected.until('it leads', Boolean);
      if (i % 3 > 1) await leader.until('it is seen', (seen) => seen?.id === mine.id);
      most = Math.max(most, proxy.connections());
      selected.stop();
      leader.stop();
      if (i % 2) await mine.stop();
    }
    await backend.close();
    await until('no socket is left', () => proxy.connections() === 0);
    const left = [await keys(agent, ''), await sessions(agent), await services(agent)];
    say('subscribe and unsubscribe', { cycles, 'most sockets': most, left: left.flat().length });
    expect(left).toEqual([[], [], []]);
    expect(most).toBeLessThanOrEqual(8);
  });
});
