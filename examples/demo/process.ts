import { candidate } from './candidate.js';
import { type StoreName, stores } from './stores.js';

/** What a candidate's process is started with. */
export interface Role {
  readonly store: StoreName;
  readonly hosts: readonly string[];
  readonly name: string;
  readonly key: string;
  readonly ttl: number;
}
export type Order = 'stand' | 'stepDown';

const { store, hosts, ...role } = JSON.parse(process.argv[2] ?? '{}') as Role;
const backend = await stores[store].connect(hosts);
const one = candidate(backend, role);

async function leave(): Promise<void> {
  await one.resign();
  await backend.close();
  if (process.connected) process.disconnect();
}

/** What a retry can't mend, such as a server that wants a password. */
function refused(error: unknown): void {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

process.on('message', (order: Order) => {
  if (order === 'stand') one.told$.subscribe({ next: (told) => process.send?.(told), error: refused });
  else void one.stepDown();
});
process.once('SIGTERM', () => void leave());
process.once('disconnect', () => void leave()); // whoever started us is gone
process.send?.('ready');
