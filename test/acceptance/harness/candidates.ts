import { etcdBackend } from '../../../src/backends/etcd/index.js';
import { type Backend, type ElectionOptions, election } from '../../../src/index.js';
import { Recording } from './recording.js';

/** A candidate with a client of its own, who stands from now on. */
export function stands(hosts: string | string[], options: ElectionOptions, backend: Backend = etcdBackend({ hosts })) {
  const mine = election(backend, options);
  const selected = new Recording(mine.isSelected$);
  return {
    mine,
    backend,
    selected,
    leads: (from = 0) => selected.until(`${options.id ?? options.key} leads`, Boolean, { from }),
    loses: (from = 0) => selected.until(`${options.id ?? options.key} loses`, (is) => !is, { from }),
    /** Resigns, and closes its client. */
    leave: async () => {
      selected.stop();
      await mine.stop();
      await backend.close();
    },
  };
}
