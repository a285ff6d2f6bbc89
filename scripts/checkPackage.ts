import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { entries, root } from './config/entries.js';
import { specifier } from './config/exportsMap.js';

/** `npm run check:package`: what a user would get, packed and tried. Wants a build. */
const work = join(root, '.cache/package');
const installed = join(work, 'node_modules/rx-tenure'); // peers are found further up
const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { cwd: work, stdio: ['ignore', 'inherit', 'inherit'] });
const tool = (name: string, ...args: string[]) => run(process.execPath, join(root, 'node_modules', name), ...args);

rmSync(work, { recursive: true, force: true });
mkdirSync(installed, { recursive: true });
writeFileSync(join(work, 'package.json'), '{ "type": "module" }'); // or the package's name would mean this project

run('npm', 'pack', root, '--silent');
const tarball = join(work, readdirSync(work).find((file) => file.endsWith('.tgz')) ?? '');
run('tar', '-xzf', tarball, '-C', installed, '--strip-components=1');

tool('publint/src/cli.js', 'run', tarball, '--strict');
tool('@arethetypeswrong/cli/dist/index.js', tarball, '--ignore-rules', 'cjs-resolves-to-esm', '--no-definitely-typed', '--no-emoji'); // only Angular's entry does

for (const entry of entries) {
  const name = specifier(entry);
  run(process.execPath, '--input-type=module', '--eval', `await import(${JSON.stringify(name)})`);
  if (!entry.esmOnly) run(process.execPath, '--input-type=commonjs', '--eval', `require(${JSON.stringify(name)})`);
}
console.log('Every entry can be imported and required.');

for (const name of entries.filter(({ name }) => name.startsWith('compat/')).map(specifier)) {
  const fails = (what: string) => `if (typeof ${what} !== 'function') throw new Error('${name} is no function')`;
  run(process.execPath, '--input-type=commonjs', '--eval', fails(`require('${name}')`));
  run(process.execPath, '--input-type=module', '--eval', `import entry from '${name}'; ${fails('entry')}`);
}
console.log('What replaces a package can be called straight from require() and import.');

for (const { name, browser } of entries) {
  const entryPoints = [join(installed, `dist/${name}.js`)];
  if (browser) await build({ entryPoints, bundle: true, write: false, platform: 'browser', format: 'esm', external: ['@angular/*'] });
}
console.log('Every entry that a browser may import bundles for one: nothing of Node in it.');

// No `types`: none are the default, @types/node included.
const consumer = join(work, 'consumer.ts');
const forBrowsers = entries.filter(({ browser }) => browser).map((entry, i) => `export * as entry${i} from '${specifier(entry)}';`);
writeFileSync(consumer, forBrowsers.join('\n'));
const settings = ['--module', 'nodenext', '--lib', 'es2022,dom', '--skipLibCheck', 'false', '--strict', '--noEmit'];
tool('typescript/bin/tsc', ...settings, '--ignoreConfig', consumer);
console.log('Their types need none of Node.');

tool('size-limit/bin.js', '--config', join(root, 'scripts/config/size-limit.json'));
