import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { entries, root } from '../../scripts/config/entries.js';

/** A piece of code that people will copy. */
export interface Block {
  /** Relative to the project. */
  readonly file: string;
  /** Of its first line of code, from 1. */
  readonly line: number;
  readonly code: string;
}

/** Every ```ts block of the README and the guides. */
export const guideBlocks = (): Block[] => ['README.md', ...below('docs', '.md')].flatMap((file) => blocksOf(file, /^```ts$/, ''));

/** Every `@example` of a docstring. */
export const docstringBlocks = (): Block[] => below('src', '.ts').flatMap((file) => blocksOf(file, /^ *\* ```ts$/, ' *\\* ?'));

const below = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => join(folder, file));

function blocksOf(file: string, fence: RegExp, margin: string): Block[] {
  const lines = readFileSync(join(root, file), 'utf8').split('\n');
  const inside = (line: string) => line.replace(new RegExp(`^${margin}`), '');
  return lines.flatMap((line, index) => {
    if (!fence.test(line)) return [];
    const code = lines.slice(index + 1).map(inside);
    return [{ file, line: index + 2, code: code.slice(0, code.indexOf('```')).join('\n') }];
  });
}

/** The block with each `rx-tenure…` it imports replaced by the source of that entry. */
export const fromSource = ({ code }: Pick<Block, 'code'>): string =>
  code.replace(/(?<=from ')rx-tenure(?:\/([\w/-]+))?(?=')/g, (_, name: string = 'index') => {
    const entry = entries.find((each) => each.name === name);
    if (!entry) throw new Error(`There is no rx-tenure/${name}.`);
    return join(root, entry.source);
  });
