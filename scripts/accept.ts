import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './config/entries.js';

const usage = `npm run accept [-- issue…]

Runs the acceptance specs with the counts and durations that a release is judged by, one file at a time.
They start real servers, and take minutes. Without an issue: all of them.

  npm run accept                   all
  npm run accept -- 01-elections   those of one, by name or number
  npm run accept -- --help         this text`;

const folder = join(root, 'test/acceptance');
const issues = existsSync(folder)
  ? readdirSync(folder)
      .filter((name) => /^\d+-/.test(name))
      .sort()
  : [];
const { values, positionals } = parseArgs({ options: { help: { type: 'boolean' } }, allowPositionals: true });
const chosen =
  positionals.length === 0 ? issues : issues.filter((name) => positionals.some((asked) => parseInt(asked, 10) === parseInt(name, 10)));
const specs = chosen.flatMap((name) =>
  readdirSync(join(folder, name))
    .filter((file) => file.endsWith('.spec.ts'))
    .map((file) => `  ${name}/${file}`),
);

if (values.help) console.log(`${usage}\n\nThere are: ${issues.join(', ')}`);
else if (specs.length === 0)
  fail(`No acceptance spec for ${positionals.join(', ') || 'anything'}. There are: ${issues.join(', ') || 'none'}.`);
else run();

function run(): void {
  console.log(`${specs.length} files, one at a time:\n${specs.join('\n')}\n`);
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const how = [
    'run',
    '--config',
    'scripts/config/vitest.config.ts',
    '--project',
    'servers',
    '--reporter',
    'verbose',
    '--disable-console-intercept',
  ];
  const filters = chosen.map((name) => `test/acceptance/${name}/`);
  const env = { ...process.env, RX_TENURE_FULL: '1' };
  const child = spawn(process.execPath, [vitest, 'run', ...filters, ...how], { cwd: root, env, stdio: 'inherit' });
  // Ctrl-C reaches the child as well: it ends its servers, and we wait until it has.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => signal === 'SIGTERM' && child.kill(signal));
  child.once('exit', (code, signal) => (process.exitCode = signal ? 130 : (code ?? 1)));
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}
