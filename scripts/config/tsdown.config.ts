import { defineConfig } from 'tsdown';
import { type Entry, entries, root } from './entries.js';

const sources = (chosen: readonly Entry[]) => Object.fromEntries(chosen.map(({ name, source }) => [name, source]));
const shared = { cwd: root, dts: true, platform: 'neutral', target: 'es2022', sourcemap: true, fixedExtension: false } as const;
const both = entries.filter(({ esmOnly }) => !esmOnly);
const esmOnly = entries.filter((entry) => entry.esmOnly);

export default defineConfig([
  { ...shared, entry: sources(both), format: ['esm', 'cjs'], clean: true },
  ...(esmOnly.length > 0 ? [{ ...shared, entry: sources(esmOnly), format: ['esm' as const], clean: false }] : []),
]);
