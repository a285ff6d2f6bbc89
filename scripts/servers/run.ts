import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const start = promisify(execFile);

/** What a program prints. Its exit code is checked: a download that failed must not count as one. */
export async function run(program: string, args: readonly string[], cwd?: string): Promise<string> {
  const { stdout } = await start(program, args, { ...(cwd === undefined ? {} : { cwd }), maxBuffer: 1 << 26 });
  return stdout;
}
