import { spawn } from 'node:child_process';
import { root } from '../../scripts/config/entries.js';

interface DemoRun {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly errors: string;
  /** Milliseconds. */
  readonly took: number;
}

/** Runs the demo as `npm run demo` does, without a terminal; `interrupt`: with a Ctrl-C once its output matches. */
export function demo({ args = [], interrupt }: { args?: readonly string[]; interrupt?: RegExp } = {}): Promise<DemoRun> {
  const began = performance.now();
  const child = spawn(process.execPath, ['--import', 'tsx', 'examples/demo/main.ts', ...args], { cwd: root });
  let [said, errors, interrupted] = ['', '', false];
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (interrupted || !interrupt?.test(said)) return;
    interrupted = true;
    child.kill('SIGINT');
  });
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ code, lines: said.trimEnd().split('\n'), errors, took: performance.now() - began }));
  });
}
