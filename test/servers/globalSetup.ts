import { getConsul, getEtcd } from '../../scripts/servers/getServers.js';

/** Once, before the first spec: so that no spec pays for a download, and one that cannot be had is said once. */
export default async function setup(): Promise<void> {
  await Promise.all([getEtcd(), getConsul()]);
}
