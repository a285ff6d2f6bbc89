import { afterAll, describe, expect, it } from 'vitest';
import { demo } from './runDemo.js';

describe('npm run demo', () => {
  const whole = demo(); // real time: the others run meanwhile
  afterAll(() => whole);

  it('elects, loses a leader in four ways, and ends by itself within 30 s', { timeout: 40_000 }, async () => {
    const { code, lines, took } = await whole;
    expect(code, lines.join('\n')).toBe(0);
    expect(took).toBeLessThan(30_000);

    const leaders = lines.flatMap((line) => /^ +[\d.]+ s {2}(\w+) +leads with token (\d+)$/.exec(line)?.slice(1, 3).join(' ') ?? []);
    expect(leaders.length).toBe(5);
    const tokens = leaders.map((line) => Number(line.split(' ')[1]));
    expect(tokens).toEqual([...new Set(tokens)].sort((one, other) => one - other));
    for (const what of ['crashes', 'steps down', 'is cut off', 'says false', 'has its network back', 'resigns']) {
      expect(lines.some((line) => line.includes(what)), what).toBe(true); // prettier-ignore
    }
  });

  it('says false before the next leader says true, in a partition', { timeout: 40_000 }, async () => {
    const { lines } = await whole;
    const at = (pattern: RegExp) => lines.findIndex((line) => pattern.test(line));
    const lost = at(/says false/);
    expect(lost).toBeGreaterThan(at(/is cut off/));
    expect(lines.slice(at(/is cut off/), lost).some((line) => line.includes('leads'))).toBe(false);
    expect(lines.some((line) => /^ {2}partition .* had said false [\d.]+ (ms|s) before$/.test(line))).toBe(true);
  });

  it('prints plain lines where there is no terminal', { timeout: 40_000 }, async () => {
    const { lines } = await whole;
    expect(lines.join('\n')).not.toContain('\x1b');
  });

  it('resigns on Ctrl-C, and says so with its exit code', { timeout: 20_000 }, async () => {
    const { code, lines, took } = await demo({ interrupt: /leads with token/ });
    expect(code, lines.join('\n')).toBe(130);
    expect(lines.filter((line) => line.includes('resigns')).length).toBe(3);
    expect(took).toBeLessThan(10_000);
  });

  it('explains itself, and what is wrong with its arguments', { timeout: 20_000 }, async () => {
    const help = await demo({ args: ['--help'] });
    expect([help.code, help.lines.some((line) => line.includes('--etcd'))]).toEqual([0, true]);
    const stray = await demo({ args: ['--hosts', '127.0.0.1:1'] });
    expect([stray.code, stray.errors]).toEqual([1, expect.stringContaining('add --etcd')]);
    const malformed = await demo({ args: ['--etcd', '--hosts', 'http://x'] });
    expect([malformed.code, malformed.errors]).toEqual([1, expect.stringContaining('host:port')]);
    const absent = await demo({ args: ['--etcd', '--hosts', '127.0.0.1:1'] });
    expect([absent.code, absent.errors]).toEqual([1, expect.stringContaining('leave out --hosts')]);
  });
});
