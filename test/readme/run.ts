import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../../scripts/config/entries.js';
import { type Block, fromSource } from './blocks.js';

/** Runs a block as a module of its own; returns what it exports and, of what it only declares, `names`. */
export async function run<T>(block: Block, names: readonly string[] = []): Promise<T> {
  const source = `${fromSource(block)}\nexport { ${names.join(', ')} };\n`;
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
    },
  });
  const folder = join(root, '.cache/readme');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${createHash('sha256').update(outputText).digest('hex').slice(0, 16)}.mjs`);
  writeFileSync(file, outputText);
  return (await import(/* @vite-ignore */ file)) as T;
}
