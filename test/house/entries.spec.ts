import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { entries, root } from '../../scripts/config/entries.js';
import { exportsMap, sourcePaths } from '../../scripts/config/exportsMap.js';

const read = <T>(name: string) => JSON.parse(readFileSync(`${root}/${name}`, 'utf8')) as T;
type Manifest = Record<'exports' | 'typesVersions', unknown>;

it('exports exactly what is built: `npm run exports` writes it', () => {
  const { exports, typesVersions } = read<Manifest>('package.json');
  expect({ exports, typesVersions }).toEqual(exportsMap(entries));
  expect(read<{ compilerOptions: { paths: unknown } }>('tsconfig.json').compilerOptions.paths).toEqual(sourcePaths(entries));
});

it('names types before code, which TypeScript would take first', () => {
  const conditions = JSON.stringify(read<Manifest>('package.json').exports).match(/"(types|default)"/g) ?? [];
  expect(conditions.filter((_, i) => i % 2 === 0).every((condition) => condition === '"types"')).toBe(true);
});
