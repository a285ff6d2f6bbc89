import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atExit } from './atExit.js';

/** A folder that is gone after `remove`, at the latest when this process ends. */
export function temporaryFolder(name: string): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), `rx-tenure-${name}-`));
  const erase = () => rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  const forget = atExit(erase);
  return { path, remove: () => (forget(), erase()) };
}
