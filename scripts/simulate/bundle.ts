import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Plugin, build } from 'esbuild';
import { root } from '../config/entries.js';

const SANDBOX = 'test/simulation/sandbox.ts';
const GLOBALS = 'Promise, performance, Date, setTimeout, clearTimeout, setInterval, clearInterval, queueMicrotask, crypto';
/** What a browser gets: modules, which are joined into one scope, and no helpers for old engines. */
const RXJS = join(root, 'node_modules/rxjs/dist/esm/index.js');
const shared = { bundle: true, platform: 'node', target: 'es2022', logLevel: 'warning', write: false } as const;

/** The sandbox is evaluated before the bundle, and shared with it. */
const sandboxed: Plugin = {
  name: 'sandbox',
  setup: (build) => {
    build.onResolve({ filter: /\/sandbox\.js$/ }, () => ({ path: 'sandbox', namespace: 'sandbox' }));
    build.onLoad({ filter: /./, namespace: 'sandbox' }, () => ({ contents: 'module.exports = SANDBOX;', loader: 'js' }));
    // The client of npm `consul` opens sockets: the simulator is its own.
    build.onResolve({ filter: /^consul$/ }, () => ({ path: 'consul', namespace: 'none' }));
    build.onLoad({ filter: /./, namespace: 'none' }, () => ({ contents: 'module.exports = class {};', loader: 'js' }));
  },
};

/**
 * The simulator and all sources under test as one file, in which every timer, promise, clock and random id is the world's.
 * `async` becomes generators, whose promises are then ours as well.
 *
 * @param folder The sources: those of the project, or of a mutant.
 */
export async function bundle(file: string, folder = root): Promise<string> {
  const sandbox = await build({
    ...shared,
    entryPoints: [join(folder, SANDBOX)],
    format: 'iife',
    globalName: 'SANDBOX',
    minifyWhitespace: true,
  });
  const simulator = await build({
    ...shared,
    entryPoints: [join(folder, 'test/simulation/index.ts')],
    format: 'esm',
    supported: { 'async-await': false, 'async-generator': false, 'for-await': false },
    banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
    alias: { rxjs: RXJS },
    sourcemap: 'external',
    outfile: file,
    plugins: [sandboxed],
  });
  mkdirSync(dirname(file), { recursive: true });
  const lines = `${sandbox.outputFiles[0]!.text.trimEnd()} const { ${GLOBALS} } = SANDBOX.globals;\n`;
  for (const { path, text } of simulator.outputFiles) writeFileSync(path, path.endsWith('.map') ? text : lines + text);
  return file;
}

/** What runs the bundle in a process of its own: plain JavaScript, for a loader would rewrite every function of the simulator. */
export async function worker(file: string): Promise<string> {
  const entry = join(root, 'scripts/simulate/worker.ts');
  await build({ ...shared, entryPoints: [entry], format: 'esm', outfile: file, write: true });
  return file;
}
