import { join } from 'node:path';
import { root } from '../config/entries.js';
import { fetchFromDebian } from './fetchFromDebian.js';
import { locate } from './locate.js';
import { oneAtATime } from './oneAtATime.js';
import { type Product, consul, etcd34, etcd35 } from './products.js';

const cache = join(root, '.cache/servers');

/** Paths of etcd and etcdctl. `version` insists on one (3.4 and 3.5 can be fetched); without it, whichever the machine has will do. */
export async function getEtcd(version: string | undefined = process.env.ETCD_VERSION || undefined) {
  const product = version === '3.5' ? etcd35 : etcd34;
  const [etcd, etcdctl] = (await get(product, version)) as [string, string];
  return { etcd, etcdctl };
}

/** Path of consul. */
export async function getConsul() {
  const [program] = (await get(consul)) as [string];
  return { consul: program };
}

async function get(product: Product, version?: string): Promise<string[]> {
  const bin = join(cache, product.bin);
  const find = async () => {
    const paths = await Promise.all(product.programs.map((program) => locate(program, bin, version)));
    return paths.every((path) => path !== undefined) ? paths : undefined;
  };
  const fetched = async () => (await find()) ?? (await fetchFromDebian(product, bin).then(find)); // another process may have fetched it meanwhile
  const paths = (await find()) ?? (await oneAtATime(join(cache, `${product.name}.lock`), fetched).catch(unavailable(product)));
  return paths ?? unavailable(product)(new Error('they hold another version'));
}

const unavailable = ({ name, programs }: Product) => {
  return (cause: Error): never => {
    const variables = programs.map((program) => `${program.variable}=/path/to/${program.name}`).join(' and ');
    const reason = cause.message.trim().split('\n').at(-1);
    throw new Error(
      `No ${name} on this machine, and none to be had from Debian's packages: ${reason}. Install ${name} so that it is on PATH, or set ${variables}.`,
      { cause },
    );
  };
};
