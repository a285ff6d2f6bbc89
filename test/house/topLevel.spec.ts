import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { root } from '../../scripts/config/entries.js';

const folders = ['.ci', 'docs', 'examples', 'marbles', 'scripts', 'src', 'test'];
const files = ['.gitignore', 'CHANGELOG.md', 'LICENSE', 'README.md', 'package-lock.json', 'package.json', 'tsconfig.json'];

it('keeps the top level to what a reader needs first: a tool is configured in scripts/config or package.json', () => {
  const tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
  const top = [...new Set(tracked.map((path) => path.split('/', 1)[0]))];
  expect(top.filter((name) => ![...folders, ...files].includes(name ?? ''))).toEqual([]);
});
