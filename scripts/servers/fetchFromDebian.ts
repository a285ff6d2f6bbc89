import { chmod, copyFile, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { debianMirror } from './debianMirror.js';
import type { Product } from './products.js';
import { run } from './run.js';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Unpacks the product's programs into `bin`, with package lists of its own: nothing is installed and no source of the machine changes. */
export async function fetchFromDebian({ suite, packages, programs }: Product, bin: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'rx-tenure-apt-'));
  try {
    for (const folder of ['lists/partial', 'cache/archives/partial', 'root']) await mkdir(join(work, folder), { recursive: true });
    await writeFile(join(work, 'sources.list'), `deb [signed-by=${keyring}] ${debianMirror()} ${suite} main\n`);
    const aptGet = (...args: string[]) => run('apt-get', [...privately(work), '-qq', ...args], work);

    await aptGet('update');
    await aptGet('download', ...packages);
    for (const file of await readdir(work)) if (file.endsWith('.deb')) await run('dpkg', ['-x', file, 'root'], work);
    for (const { name } of programs) await install(join(work, 'root/usr/bin', name), join(bin, name));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** apt on lists, cache and locks below `work`, as whoever runs it. */
const privately = (work: string) =>
  [
    'APT::Sandbox::User=',
    'Debug::NoLocking=1',
    'Acquire::Languages=none',
    `Dir::Etc::sourcelist=${work}/sources.list`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State::lists=${work}/lists`,
    `Dir::Cache=${work}/cache`,
  ].flatMap((setting) => ['-o', setting]);

/** Renamed into place: whoever finds the program finds all of it. */
async function install(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const partial = `${to}.${process.pid}`;
  await copyFile(from, partial);
  await chmod(partial, 0o755);
  await rename(partial, to);
}
