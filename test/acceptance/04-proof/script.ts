import { spawn } from 'node:child_process';
import { root } from '../../../scripts/config/entries.js';

/** What one of our scripts says, and how it ends. */
export function script(file: string, ...args: string[]): Promise<{ code: number | null; output: string; seconds: number }> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', file, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (told: Buffer) => (output += told.toString()));
    child.once('error', reject);
    child.once('exit', (code) => resolve({ code, output, seconds: (performance.now() - began) / 1_000 }));
  });
}
