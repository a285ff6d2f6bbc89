import { cpSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from '../../test/mutants/mutant.js';
import { root } from '../config/entries.js';

export const names = readdirSync(join(root, 'test/mutants'))
  .map((file) => file.replace(/\.ts$/, ''))
  .filter((name) => !/^mutant/.test(name))
  .sort();

export async function mutantOf(name: string): Promise<Mutant> {
  const { default: mutant } = (await import(join(root, 'test/mutants', `${name}.ts`))) as { default: Mutant };
  return mutant;
}

/** The files as the mutant has them, or why it can't be made. */
export function changesOf({ edits }: Mutant): Map<string, string> | string {
  const changes = new Map<string, string>();
  for (const { file, find, put } of edits) {
    const text = changes.get(file) ?? readFileSync(join(root, file), 'utf8');
    if (text.split(find).length !== 2) return `${JSON.stringify(find)} is not in ${file} exactly once`;
    changes.set(
      file,
      text.replace(find, () => put),
    );
  }
  return changes;
}

/** The project as it would be with these changes. */
export function copied(folder: string, changes: ReadonlyMap<string, string>): void {
  mkdirSync(folder, { recursive: true });
  for (const part of ['src', 'test', 'marbles', 'scripts', 'package.json', 'tsconfig.json'])
    cpSync(join(root, part), join(folder, part), { recursive: true, filter: (path) => !path.includes('node_modules') });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  changes.forEach((text, file) => writeFileSync(join(folder, file), text));
}
