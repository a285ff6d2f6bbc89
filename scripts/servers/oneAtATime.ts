import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Runs `work` while no other process does, by a lock file that names its owner: a dead owner's lock is taken over. */
export async function oneAtATime<T>(lock: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(lock), { recursive: true });
  while (!(await taken(lock))) {
    if (!(await ownerLives(lock))) await rm(lock, { force: true });
    await pause(100);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

const taken = (lock: string) =>
  writeFile(lock, String(process.pid), { flag: 'wx' }).then(
    () => true,
    () => false,
  );

async function ownerLives(lock: string): Promise<boolean> {
  const owner = Number(await readFile(lock, 'utf8').catch(() => ''));
  if (owner === 0) return true; // just created, or just gone
  try {
    return process.kill(owner, 0);
  } catch {
    return false;
  }
}
