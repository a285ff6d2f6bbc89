import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Program } from './products.js';
import { run } from './run.js';

/** The program's path: from its variable, PATH or `bin`, whichever first has the wanted version. */
export async function locate(program: Program, bin: string, version?: string): Promise<string | undefined> {
  const given = process.env[program.variable];
  if (given && !(await runs(given))) throw new Error(`${program.variable} is ${given}, which cannot be run.`);
  const folders = [...(process.env.PATH ?? '').split(delimiter), bin];
  for (const file of [...(given ? [given] : []), ...folders.map((folder) => join(folder, program.name))]) {
    if ((await runs(file)) && (await isVersion(file, program, version))) return file;
  }
  return undefined;
}

const runs = (file: string) =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );

const isVersion = async (file: string, { versionArgs }: Program, version?: string) =>
  version === undefined || new RegExp(`\\bv?${version.replace('.', '\\.')}\\.`).test(await run(file, versionArgs));
