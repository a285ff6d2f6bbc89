import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../scripts/config/entries.js';
import { optionsOf, usage } from '../../scripts/simulate/options.js';
import { kindOf } from '../../scripts/simulate/rule.js';

const asked = (line: string) => optionsOf(line.split(' ').filter(Boolean), ['noMargin']);
const ended = (script: string, ...args: string[]) => {
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', join('scripts', script), ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  return { status, stderr };
};

describe('npm run simulate', () => {
  it('takes numbers, stores and mutants', () => {
    const none = { help: false, seeds: 1_000, from: 1, store: 'all', replay: undefined, mutant: undefined };
    expect(asked('')).toEqual(none);
    expect(asked('--seeds 5 --from=0 --store etcd --mutant noMargin')).toEqual({
      ...none,
      seeds: 5,
      from: 0,
      store: 'etcd',
      mutant: 'noMargin',
    });
    expect(asked('--replay 0 --help')).toEqual({ ...none, replay: 0, help: true });
  });

  it.each([
    ['--replay abc', '--replay abc: not a whole number from 0 on.'],
    ['--replay=', '--replay has an empty value.'],
    ['--replay', '--replay has no value.'],
    ['--replay -3', '--replay -3: not a whole number from 0 on.'],
    ['--seeds 2.5', '--seeds 2.5: not a whole number from 1 on.'],
    ['--seeds 0', '--seeds 0: not a whole number from 1 on.'],
    ['--seeds 9007199254740993', '--seeds 9007199254740993: not a whole number from 1 on.'],
    ['--from 1.5', '--from 1.5: not a whole number from 0 on.'],
    ['--store redis', '--store redis: not one of memory, consul, etcd, all.'],
    ['--mutant none', '--mutant none: not one of noMargin.'],
    ['--bogus', 'There is no option --bogus.'],
    ['--bogus=3', 'There is no option --bogus (3).'],
    ['--help=3', '--help takes no value: 3.'],
    ['500', '500 belongs to no option.'],
  ])('refuses %s', (line, message) => expect(() => asked(line)).toThrow(message));

  it.each(['simulate.ts', 'mutants.ts'])('shows what is wrong, the usage and no stack: %s', (script) => {
    const { status, stderr } = ended(script, '--bogus');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^There is no option --bogus\.\n\nnpm run /);
    expect(stderr).not.toContain('    at ');
  });

  it('names every option in its usage', () => {
    const [lines] = usage.split('\n\n');
    for (const option of ['--seeds', '--from', '--store', '--replay', '--mutant']) expect(lines).toContain(option);
  });

  it('says which store a replay took', () => {
    const replayed = (...more: string[]) =>
      spawnSync(process.execPath, ['--import', 'tsx', 'scripts/simulate.ts', '--replay', '20', ...more], {
        cwd: root,
        encoding: 'utf8',
      }).stdout;
    expect(replayed()).toMatch(/^etcd: .*seed 20\n/);
    expect(replayed('--store', 'memory')).toMatch(/\nseed 20 \(memory\): no promise was broken\.\n$/);
  });
});

describe('a kind of broken promise', () => {
  it('is the same whatever its numbers and details', () => {
    expect(kindOf('at 12 ms: 3 timers left (a, b)')).toBe(kindOf('at 9 ms: 14 timers left (c)'));
    expect(kindOf('at 12 ms: two hold jobs (one: 5 (shared))')).toBe('two hold jobs');
  });

  it('is another where the words differ, though they follow a number', () =>
    expect(kindOf('at 12 ms: 3 timers left')).not.toBe(kindOf('at 12 ms: 0 leaders after 10 s')));

  it('is none where nothing was broken', () => expect(kindOf(undefined)).toBeUndefined());
});
