import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startEtcd } from '../servers/etcd.js';
import { until } from '../servers/until.js';
import { demo } from './runDemo.js';

/** Processes of this machine whose command line holds the text. */
const running = (text: string) =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
      } catch {
        return false;
      }
    });
const candidatesOf = (pid: number) => running(`"key":"demo-${pid}"`);
const milliseconds = (text = '') => parseFloat(text) * (text.endsWith('ms') ? 1 : 1000);

describe.each(['etcd', 'consul'])('npm run demo -- --%s', (store) => {
  it('times each hand-over among three processes, and leaves nothing behind', { timeout: 60_000 }, async () => {
    const { code, lines, took, pid } = await demo({ args: [`--${store}`] });
    expect(code, lines.join('\n')).toBe(0);
    expect(took).toBeLessThan(30_000);

    const handOver = (why: string) => milliseconds(new RegExp(`^ {2}${why} .* ([\\d.]+ m?s)`, 'm').exec(lines.join('\n'))?.[1]);
    expect(handOver('SIGKILL')).toBeGreaterThan(500);
    expect(handOver('SIGKILL')).toBeLessThan(4_000); // a busy machine: the acceptance specs hold it to the figure
    expect(handOver('SIGTERM')).toBeLessThan(500);
    expect(handOver('stepDown\\(\\)')).toBeLessThan(500);
    expect(handOver('partition')).toBeLessThan(4_000);

    const server = /127\.0\.0\.1:\d+/.exec(lines.join('\n'))?.[0] ?? 'none';
    expect([candidatesOf(pid), running(server)]).toEqual([[], []]);
  });

  it('ends its processes and its server on Ctrl-C', { timeout: 30_000 }, async () => {
    const { code, lines, pid } = await demo({ args: [`--${store}`], interrupt: /leads with token/ });
    expect(code, lines.join('\n')).toBe(130);
    expect(lines.filter((line) => line.includes('resigns')).length).toBe(3);
    const server = /127\.0\.0\.1:\d+/.exec(lines.join('\n'))?.[0] ?? '';
    expect(server).not.toBe('');
    expect([candidatesOf(pid), running(server)]).toEqual([[], []]);
  });

  it('takes its processes and its server with it when it is killed', { timeout: 30_000 }, async () => {
    const { code, lines, pid } = await demo({ args: [`--${store}`], interrupt: /leads with token/, signal: 'SIGKILL' });
    expect(code).toBe(null);
    const server = /127\.0\.0\.1:\d+/.exec(lines.join('\n'))?.[0] ?? '';
    await until('everybody has gone', () => candidatesOf(pid).length + running(server).length === 0, 10_000);
  });
});

describe('npm run demo -- --etcd --hosts', () => {
  it('meets at a server that runs already, and leaves no key there', { timeout: 60_000 }, async () => {
    const server = await startEtcd();
    try {
      const { code, lines } = await demo({ args: ['--etcd', '--hosts', server.host], interrupt: /is killed/ });
      expect(code, lines.join('\n')).toBe(130);
      await until(
        'the killed one has gone as well',
        async () => (await server.etcdctl('get', '', '--prefix', '--keys-only')).trim() === '',
      );
    } finally {
      await server.stop();
    }
  });
});
