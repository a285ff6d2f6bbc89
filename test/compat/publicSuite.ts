import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../../scripts/config/entries.js';

const npm = (cwd: string, ...args: string[]) =>
  execFileSync('npm', args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });

/**
 * The public suite of npm `locked`, as published and unchanged, in a folder where `require('./')` is our entry.
 *
 * It is fetched once and never becomes part of this repository. What it asks of etcdjs, deleting a key of etcd's v2 store before
 * it begins, there is nothing to do for: that module is a stub.
 */
export async function lockedSuite(): Promise<string> {
  const suite = join(root, '.cache/locked-2.4.1');
  if (!existsSync(suite)) fetch(suite);
  const folder = join(suite, 'node_modules/rx-tenure-compat-locked');
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: [join(root, 'src/compat/locked.ts')],
    outfile: join(folder, 'index.cjs'),
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'error',
  });
  // Servers of a test listen where there is room: the address in the suite is where it would be.
  const entry = "const locked = require('rx-tenure-compat-locked/index.cjs').default;\n";
  const moved = 'module.exports = (hosts) => locked(hosts.replace(/^127\\.0\\.0\\.1:4001$/, process.env.ETCD));\n';
  writeFileSync(join(suite, 'index.js'), entry + moved);
  return suite;
}

function fetch(suite: string): void {
  const part = `${suite}.${process.pid}`; // whole or not at all
  mkdirSync(part, { recursive: true });
  npm(part, 'pack', 'locked@2.4.1', '--silent');
  const tarball = readdirSync(part).find((name) => name.endsWith('.tgz')) ?? '';
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1', 'package/test.js'], { cwd: part });
  writeFileSync(join(part, 'package.json'), '{ "private": true }');
  npm(part, 'install', '--silent', '--no-audit', '--no-fund', 'tape@^2.13.1', 'async@^0.9.0');
  const stub = join(part, 'node_modules/etcdjs');
  mkdirSync(stub, { recursive: true });
  writeFileSync(join(stub, 'index.js'), 'module.exports = () => ({ del: (key, options, done) => setImmediate(done) });\n');
  rmSync(join(part, tarball));
  renameSync(part, suite);
}
