import { type ChildProcess, fork } from 'node:child_process';
import type { Chosen, Report, Task } from './tasks.js';

/** Milliseconds without an answer: a world goes on for ever. */
export const SILENCE = 120_000;

interface Heard {
  /** What came of it. */
  readonly heard: (task: Task, report: Report) => void;
  /** Nothing came of it: the worker is gone. */
  readonly silent: (task: Task) => void;
}

/**
 * One process that works until there is nothing left to do.
 *
 * @param program The bundled worker.
 * @param next The next task, or undefined when there is none.
 */
export function employ(program: string, chosen: Chosen, next: () => Task | undefined, { heard, silent }: Heard): Promise<void> {
  return new Promise((resolve, reject) => {
    // Nearly all that a world makes is gone when the next begins: the fewer collections, the less is copied.
    // One thread each, on two cores; and optimised as early as possible.
    const worker: ChildProcess = fork(program, {
      execArgv: ['--min-semi-space-size=256', '--max-semi-space-size=256', '--single-threaded', '--no-lazy-feedback-allocation'],
    });
    const kill = () => worker.kill('SIGKILL'); // it may be in a world that never ends, where it hears nothing
    process.once('exit', kill);
    let task: Task | undefined;
    let silence: NodeJS.Timeout | undefined;
    const ended = (end: () => void) => {
      clearTimeout(silence);
      process.off('exit', kill);
      end();
    };
    worker.once('error', (error) => ended(() => reject(error)));
    worker.once('exit', (code, signal) =>
      ended(() => (task || code ? reject(new Error(`A worker ended with ${code ?? signal}.`)) : resolve())),
    );
    worker.on('message', (report: Report | 'ready') => {
      clearTimeout(silence);
      if (task && report !== 'ready') heard(task, report);
      task = next();
      if (!task) return worker.disconnect();
      silence = setTimeout(gone, SILENCE, task);
      worker.send(task);
    });
    worker.send(chosen);

    function gone(hung: Task): void {
      silent(hung);
      task = undefined;
      kill();
    }
  });
}
