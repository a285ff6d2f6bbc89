import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Plugin, build } from 'esbuild';
import { root } from '../../../scripts/config/entries.js';
import { atExit } from '../../servers/atExit.js';
import { rmSync } from 'node:fs';

/** What to take out of a source file: the text must be there, else the mutant would be the original. */
export interface Mutation {
  /** The file, as its path ends. */
  readonly file: string;
  readonly text: string | RegExp;
  readonly instead: string;
}

/** Compiles a program once, so that its processes start fast; with mutations, so that a test can show that it bites. */
export async function bundle(entry: URL, mutations: readonly Mutation[] = []): Promise<string> {
  const folder = join(root, '.cache/acceptance');
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `${process.pid}-${crypto.randomUUID()}.mjs`);
  atExit(() => rmSync(outfile, { force: true }));
  await build({
    entryPoints: [entry.pathname],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    plugins: [mutating(mutations)],
  });
  return outfile;
}

const mutating = (mutations: readonly Mutation[]): Plugin => ({
  name: 'mutations',
  setup(builder) {
    const left = new Set(mutations);
    builder.onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => {
      const mine = mutations.filter(({ file }) => path.endsWith(file));
      if (mine.length === 0) return undefined;
      const { readFile } = await import('node:fs/promises');
      let contents = await readFile(path, 'utf8');
      for (const mutation of mine) {
        const mutated = contents.replace(mutation.text, mutation.instead);
        if (mutated !== contents) left.delete(mutation);
        contents = mutated;
      }
      return { contents, loader: 'ts' };
    });
    builder.onEnd(() => {
      if (left.size === 0) return;
      throw new Error(`Nothing to mutate: ${[...left].map(({ file, text }) => `${String(text)} in ${file}`).join('; ')}`);
    });
  },
});
