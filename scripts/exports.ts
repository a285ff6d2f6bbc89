import { readFileSync, writeFileSync } from 'node:fs';
import { entries, root } from './config/entries.js';
import { exportsMap, sourcePaths } from './config/exportsMap.js';

/** `npm run exports`: what follows from the entries that exist, written into package.json and tsconfig.json. */
type Json = Record<string, unknown>;
const change = (name: string, by: (json: Json) => Json) => {
  const file = `${root}/${name}`;
  writeFileSync(file, `${JSON.stringify(by(JSON.parse(readFileSync(file, 'utf8')) as Json), null, 2)}\n`);
};

change('package.json', (manifest) => ({ ...manifest, ...exportsMap(entries) }));
change('tsconfig.json', (config) => ({
  ...config,
  compilerOptions: { ...(config.compilerOptions as Json), paths: sourcePaths(entries) },
}));
