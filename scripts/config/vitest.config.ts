import { defineConfig } from 'vitest/config';
import { entries, root } from './entries.js';
import { specifier } from './exportsMap.js';

/** Specs that need a real server; everything else is a unit test. */
const needServers = ['test/acceptance/**/*.spec.ts', 'test/backends/{etcd,consul}/**/*.spec.ts', 'test/**/*.real.spec.ts'];
/** Consumers of the packed tarball: projects of their own. */
const notOurs = ['**/node_modules/**', 'test/fixtures/**'];
/** `npm run accept` sets it: the counts that a release is judged by, minutes instead of seconds. */
const full = Boolean(process.env.RX_TENURE_FULL);

export default defineConfig({
  root,
  // The package by its name is the package's sources, as in tsconfig.json.
  resolve: { alias: entries.map((entry) => ({ find: new RegExp(`^${specifier(entry)}$`), replacement: `${root}/${entry.source}` })) },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{test,marbles}/**/*.spec.ts'],
          exclude: [...notOurs, ...needServers],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'servers',
          include: needServers,
          exclude: notOurs,
          globalSetup: 'test/servers/globalSetup.ts',
          testTimeout: full ? 3_600_000 : 60_000,
          hookTimeout: 60_000,
          // Elections measure time: more servers than cores would measure the machine.
          maxWorkers: full ? 1 : 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
