import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The project's folder, for every tool that runs from elsewhere. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * What the package lets a user import, by output name: build, `exports` and `typesVersions` all follow this list.
 * `esmOnly`: Angular itself has no CommonJS. `browser`: must bundle without Node.
 */
const all = {
  index: { source: 'src/index.ts', esmOnly: false, browser: true },
  memory: { source: 'src/backends/memory/index.ts', esmOnly: false, browser: true },
  etcd: { source: 'src/backends/etcd/index.ts', esmOnly: false, browser: false },
  consul: { source: 'src/backends/consul/index.ts', esmOnly: false, browser: false },
  'web-locks': { source: 'src/backends/web-locks/index.ts', esmOnly: false, browser: true },
  nest: { source: 'src/integrations/nest/index.ts', esmOnly: false, browser: false },
  angular: { source: 'src/integrations/angular/index.ts', esmOnly: true, browser: true },
  testing: { source: 'src/testing/index.ts', esmOnly: false, browser: true },
  'compat/locked': { source: 'src/compat/locked.ts', esmOnly: false, browser: false },
  'compat/consul-locker': { source: 'src/compat/consul-locker.ts', esmOnly: false, browser: false },
};

export interface Entry {
  readonly name: string;
  readonly source: string;
  readonly esmOnly: boolean;
  readonly browser: boolean;
}

/** The entries whose source exists: the list is longer than what has been built. */
export const entries: readonly Entry[] = Object.entries(all)
  .map(([name, entry]) => ({ name, ...entry }))
  .filter(({ source }) => existsSync(`${root}/${source}`));
