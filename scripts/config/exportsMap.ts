import type { Entry } from './entries.js';

/** The part of package.json that follows from the entries. `types` first: TypeScript takes the first condition that matches. */
export const exportsMap = (entries: readonly Entry[]) => ({
  exports: { ...Object.fromEntries(entries.map((entry) => [subpath(entry), target(entry)])), './package.json': './package.json' },
  // Only for `moduleResolution: node`, which reads no exports map: without it no subpath has types in an older CommonJS project.
  typesVersions: {
    '*': Object.fromEntries(entries.filter(({ name }) => name !== 'index').map((entry) => [entry.name, [types(entry)]])),
  },
});

/** The part of tsconfig.json that does: examples import the package by its name, and get the sources. */
export const sourcePaths = (entries: readonly Entry[]) =>
  Object.fromEntries(entries.map((entry) => [specifier(entry), [`./${entry.source}`]]));

/** What a user writes to import the entry. */
export const specifier = ({ name }: Entry) => (name === 'index' ? 'rx-tenure' : `rx-tenure/${name}`);

const subpath = ({ name }: Entry) => (name === 'index' ? '.' : `./${name}`);
const types = ({ name, esmOnly }: Entry) => `./dist/${name}.${esmOnly ? 'd.ts' : 'd.cts'}`;
const target = ({ name, esmOnly }: Entry) =>
  esmOnly
    ? { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` }
    : {
        import: { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` },
        require: { types: `./dist/${name}.d.cts`, default: `./dist/${name}.cjs` },
      };
