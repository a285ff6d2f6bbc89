import { type ChildProcess, fork } from 'node:child_process';
import type { Chosen, Report, Task } from './tasks.js';

/**
 * One process that works until there is nothing left to do.
 *
 * @param program The bundled worker.
 * @param next The next task, or undefined when there is none.
 * @param heard What came of it.
 */
export function employ(
  program: string,
  chosen: Chosen,
  next: () => Task | undefined,
  heard: (task: Task, report: Report) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // Half of what a world makes is gone before the next begins.
    const worker: ChildProcess = fork(program, { execArgv: ['--max-semi-space-size=64', '--single-threaded'] });
    let task: Task | undefined;
    worker.once('error', reject);
    worker.once('exit', (code) => (code ? reject(new Error(`A worker ended with ${code}.`)) : resolve()));
    worker.on('message', (report: Report | 'ready') => {
      if (task && report !== 'ready') heard(task, report);
      task = next();
      if (task) worker.send(task);
      else worker.disconnect();
    });
    worker.send(chosen);
  });
}
