import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { root } from '../../scripts/config/entries.js';

/** For each room, the rooms and packages that its files may import beside their own room. The first that fits counts. */
const arrows: [room: RegExp, ...allowed: RegExp[]][] = [
  [/^core\//, /^rxjs$/],
  [/^operators\//, /^core\//, /^rxjs$/],
  [/^recipes\//, /^(core|operators)\//, /^rxjs$/],
  [/^backends\/(memory|web-locks)\//, /^core\//, /^rxjs$/],
  [/^backends\/etcd\//, /^core\//, /^rxjs$/, /^etcd3$/, /^node:/],
  [/^backends\/consul\//, /^core\//, /^rxjs$/, /^consul$/, /^node:/],
  [/^integrations\/nest\//, /^(core|operators|recipes)\//, /^rxjs$/, /^@nestjs\/(common|core)$/],
  [/^integrations\/angular\//, /^(core|operators|recipes)\//, /^rxjs$/, /^@angular\/core(\/|$)/],
  [/^testing\//, /^(core|operators|recipes)\//, /^rxjs(\/testing)?$/],
  [/^compat\//, /^(core|operators|recipes|backends)\//, /^rxjs$/, /^node:/],
  [/^index\.ts$/, /^(core|operators|recipes)\//],
];

const src = join(root, 'src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

/** What a file imports: a path below src, or a package. */
const importsOf = (file: string): string[] =>
  ts
    .preProcessFile(readFileSync(join(src, file), 'utf8'), true, true)
    .importedFiles.map(({ fileName }) => (fileName.startsWith('.') ? posix.join(dirname(file), fileName) : fileName));

describe('imports', () => {
  it.each(files)('point one way from src/%s', (file) => {
    const [room, ...allowed] = arrows.find(([each]) => each.test(file)) ?? [/^never$/];
    const own = room.exec(file)?.[0] ?? file;
    const forbidden = importsOf(file).filter((path) => !path.startsWith(own) && !allowed.some((each) => each.test(path)));
    expect(forbidden).toEqual([]);
  });
});
