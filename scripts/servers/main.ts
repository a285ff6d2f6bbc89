import { parseArgs } from 'node:util';
import { getConsul, getEtcd } from './getServers.js';

/** `npm run servers [-- --etcd 3.5]`: gets the servers that the tests start, and says where they are. */
const { values } = parseArgs({ options: { etcd: { type: 'string' } } });
try {
  console.log(await getEtcd(values.etcd));
  console.log(await getConsul());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
