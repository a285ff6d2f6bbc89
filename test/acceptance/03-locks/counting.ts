import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { lastValueFrom } from 'rxjs';
import { type TenureError, locker } from '../../../src/index.js';
import { options } from '../harness/inChild.js';
import { type Address, backendAt } from './stores.js';

/**
 * Contenders that increment a number in a file under a lock, with a pause between reading and writing in which any other
 * would lose an update. Each increment is noted when it has been written: what a kill hides is one at most.
 */
const { address, file, me, contenders, ttl, locked } = options<{
  address: Address;
  file: string;
  me: number;
  contenders: number;
  ttl: number;
  locked: boolean;
}>();
const locks = locker(backendAt(address), { name: 'counting', ttl });

async function increment(): Promise<void> {
  const before = Number(readFileSync(file, 'utf8'));
  await pause(Math.random() * 2);
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, String(before + 1));
  renameSync(draft, file);
  appendFileSync(`${file}.log`, `${before + 1} ${me}\n`);
}

async function contend(): Promise<never> {
  for (;;) {
    const done = locked ? lastValueFrom(locks.withLock('counter', increment), { defaultValue: undefined }) : increment();
    await done.catch((error: unknown) => process.send?.({ type: 'error', code: (error as TenureError).code }));
  }
}
for (let i = 0; i < contenders; i++) void contend();
process.on('disconnect', () => process.exit());
