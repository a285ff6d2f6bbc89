import { type ChildProcess, fork, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from '../../test/mutants/mutant.js';
import { STORES, type StoreName } from '../../test/simulation/schedule.js';
import { root } from '../config/entries.js';
import { bundle, worker as program } from '../simulate/bundle.js';
import type { Chosen, Report, Task } from '../simulate/tasks.js';
import type { Compiler } from './compiler.js';
import { changesOf, copied } from './copy.js';

export interface Outcome {
  readonly killed: boolean;
  readonly by: string;
}

/** Worlds that a mutant may live through. */
const SEEDS = 1_000;
const CHUNK = 10;
/** Milliseconds without an answer: it goes on for ever. */
const SILENCE = 120_000;

/** What becomes of a mutant. */
export async function judged(mutant: Mutant, folder: string, compiler: Compiler, stopped: AbortSignal): Promise<Outcome> {
  const changes = changesOf(mutant);
  if (typeof changes === 'string') return { killed: false, by: changes };
  const objection = compiler.objection(changes);
  if (objection !== undefined) return { killed: false, by: `it does not compile: ${objection}` };
  copied(folder, changes);
  const { killedBy } = mutant;
  const store = STORES.find((each) => each === killedBy);
  return store ? simulated(folder, store, stopped) : tested(folder, killedBy, stopped);
}

/** Seed after seed, until one fails, or hangs. */
async function simulated(folder: string, store: StoreName, stopped: AbortSignal): Promise<Outcome> {
  const file = await bundle(join(folder, 'simulator.mjs'), folder);
  const path = await program(join(folder, 'worker.mjs'));
  return new Promise((resolve) => {
    const worker: ChildProcess = fork(path, { execArgv: [], stdio: 'ignore' });
    let task: Task | undefined;
    let silence: NodeJS.Timeout | undefined;
    const end = (outcome: Outcome) => {
      clearTimeout(silence);
      worker.kill('SIGKILL');
      resolve(outcome);
    };
    const next = () => {
      const from = task ? task.from + CHUNK : 1;
      if (from > SEEDS) return end({ killed: false, by: `${SEEDS} ${store} seeds` });
      task = { from, seeds: CHUNK, store };
      clearTimeout(silence);
      silence = setTimeout(() => end({ killed: true, by: `${store} seeds from ${from}: they never end` }), SILENCE);
      worker.send(task);
    };
    worker.on('message', (report: Report | 'ready') => {
      const failure = report === 'ready' ? undefined : report.failures[0];
      if (!failure) return next();
      const rule = failure.rule
        .replace(/^at \d+ ms: /, '')
        .replace(/\(.*\)/, '')
        .trim();
      end({ killed: true, by: `seed ${failure.seed} (${store}): ${rule}` });
    });
    worker.once('error', (error) => end({ killed: false, by: String(error) }));
    stopped.addEventListener('abort', () => end({ killed: false, by: 'stopped' }), { once: true });
    worker.send({ file, store, reach: false } satisfies Chosen);
  });
}

/** The first test of the spec that fails. */
async function tested(folder: string, spec: string, stopped: AbortSignal): Promise<Outcome> {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const report = join(folder, 'report.json');
  const args = [
    'run',
    '--root',
    folder,
    '--config',
    join(folder, 'scripts/config/vitest.config.ts'),
    '--reporter',
    'json',
    '--outputFile',
    report,
    spec,
  ];
  await new Promise<void>((resolve) => {
    const child = spawn(process.execPath, [vitest, ...args], { cwd: folder, stdio: 'ignore' });
    const over = setTimeout(() => child.kill('SIGKILL'), SILENCE);
    stopped.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
    child.once('exit', () => (clearTimeout(over), resolve()));
  });
  const failed = failures(report);
  if (failed === undefined) return { killed: true, by: `${spec}: it never ends` };
  return failed[0] === undefined ? { killed: false, by: spec } : { killed: true, by: `${spec}: ${failed[0]}` };
}

function failures(report: string): string[] | undefined {
  try {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
      testResults: { assertionResults: { status: string; fullName: string }[] }[];
    };
    return testResults.flatMap(({ assertionResults }) =>
      assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName.trim()),
    );
  } catch {
    return undefined;
  }
}
