import { spawn } from 'node:child_process';
import { root } from '../../scripts/config/entries.js';

interface DemoOptions {
  readonly args?: readonly string[];
  /** Sends `signal` when its output matches. */
  readonly interrupt?: RegExp;
  /** @default 'SIGINT', as Ctrl-C does */
  readonly signal?: NodeJS.Signals;
}
interface DemoRun {
  readonly pid: number;
  /** null after a signal that it couldn't answer. */
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly errors: string;
  /** Milliseconds. */
  readonly took: number;
}

/** Runs the demo as `npm run demo` does, without a terminal. */
export function demo({ args = [], interrupt, signal = 'SIGINT' }: DemoOptions = {}): Promise<DemoRun> {
  const began = performance.now();
  const child = spawn(process.execPath, ['--import', 'tsx', 'examples/demo/main.ts', ...args], { cwd: root });
  let [said, errors, interrupted] = ['', '', false];
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (interrupted || !interrupt?.test(said)) return;
    interrupted = true;
    child.kill(signal);
  });
  return new Promise((resolve) => {
    child.once('close', (code) =>
      resolve({ pid: child.pid ?? 0, code, lines: said.trimEnd().split('\n'), errors, took: performance.now() - began }),
    );
  });
}
