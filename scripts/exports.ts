import { readFileSync, writeFileSync } from 'node:fs';
import { entries, root } from './config/entries.js';
import { exportsMap } from './config/exportsMap.js';

/** `npm run exports`: writes package.json's `exports` and `typesVersions` for the entries that exist. */
const file = `${root}/package.json`;
const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
writeFileSync(file, `${JSON.stringify({ ...manifest, ...exportsMap(entries) }, null, 2)}\n`);
