import { type ChildProcess, fork, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from '../../test/mutants/mutant.js';
import { STORES, type StoreName } from '../../test/simulation/schedule.js';
import { root } from '../config/entries.js';
import { bundle, worker as program } from '../simulate/bundle.js';
import { SILENCE } from '../simulate/crew.js';
import type { Chosen, Report, Task } from '../simulate/tasks.js';
import type { Compiler } from './compiler.js';
import { changesOf, copied } from './copy.js';

export interface Outcome {
  readonly verdict: 'killed' | 'survived' | 'not judged';
  /** What killed it, what it survived, or why it was not judged. */
  readonly by: string;
}

interface Court {
  /** For the copy with the mutant's bug. */
  readonly folder: string;
  readonly compiler: Compiler;
  readonly baseline: Baseline;
  readonly stopped: AbortSignal;
}

/** Worlds that a mutant may live through. */
const SEEDS = 1_000;
const CHUNK = 10;

const killed = (by: string): Outcome => ({ verdict: 'killed', by });
const survived = (by: string): Outcome => ({ verdict: 'survived', by });
const unjudged = (by: string): Outcome => ({ verdict: 'not judged', by });

/** What becomes of a mutant. */
export async function judged(mutant: Mutant, { folder, compiler, baseline, stopped }: Court): Promise<Outcome> {
  const changes = changesOf(mutant);
  if (typeof changes === 'string') return unjudged(changes);
  const objection = compiler.objection(changes);
  if (objection !== undefined) return unjudged(`it does not compile: ${objection}`);
  const { killedBy } = mutant;
  const store = STORES.find((each) => each === killedBy);
  const without = store ? undefined : await baseline.of(killedBy);
  if (without && without.verdict !== 'survived') return unjudged(`without it, too: ${without.by}`);
  copied(folder, changes);
  return store ? simulated(folder, store, stopped) : tested(folder, killedBy, stopped);
}

/** What becomes of each spec without any mutant, once. */
export class Baseline {
  readonly #known = new Map<string, Promise<Outcome>>();

  constructor(
    private readonly folder: string,
    private readonly stopped: AbortSignal,
  ) {}

  of(spec: string): Promise<Outcome> {
    if (this.#known.size === 0) copied(this.folder, new Map());
    const outcome = this.#known.get(spec) ?? tested(this.folder, spec, this.stopped);
    this.#known.set(spec, outcome);
    return outcome;
  }
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
      if (from > SEEDS) return end(survived(`${SEEDS} ${store} seeds`));
      task = { from, seeds: CHUNK, store };
      clearTimeout(silence);
      silence = setTimeout(() => end(killed(`${store} seeds from ${from}: they never end`)), SILENCE);
      worker.send(task);
    };
    worker.on('message', (report: Report | 'ready') => {
      const failure = report === 'ready' ? undefined : report.failures[0];
      if (!failure) return next();
      const rule = failure.rule
        .replace(/^at \d+ ms: /, '')
        .replace(/\(.*\)/, '')
        .trim();
      const by = `seed ${failure.seed} (${store}): ${rule}`;
      end(failure.error ? unjudged(by) : killed(by));
    });
    worker.once('error', (error) => end(unjudged(String(error))));
    worker.once('exit', (code, signal) => end(unjudged(`the simulator ended with ${code ?? signal}`)));
    stopped.addEventListener('abort', () => end(unjudged('stopped')), { once: true });
    worker.send({ file, store, reach: false } satisfies Chosen);
  });
}

/** The first test of the spec that fails. Where vitest could not tell, nothing has been judged, unless it never ended. */
async function tested(folder: string, spec: string, stopped: AbortSignal): Promise<Outcome> {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const report = join(folder, `${spec.replaceAll('/', '-')}.json`);
  const config = join(folder, 'scripts/config/vitest.config.ts');
  const args = ['run', '--root', folder, '--config', config, '--reporter', 'json', '--outputFile', report, spec];
  const ended = await new Promise<string>((resolve) => {
    const child = spawn(process.execPath, [vitest, ...args], { cwd: folder, stdio: 'ignore' });
    const over = setTimeout(() => (child.kill('SIGKILL'), resolve(NEVER_ENDS)), SILENCE);
    stopped.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
    child.once('exit', (code, signal) => (clearTimeout(over), resolve(String(code ?? signal))));
  });
  if (ended === NEVER_ENDS) return killed(`${spec}: ${NEVER_ENDS}`);
  const results = resultsIn(report);
  if (!results?.some(({ status }) => status === 'passed' || status === 'failed'))
    return unjudged(`${spec}: vitest ended with ${ended}, and no test ran`);
  const failed = results.find(({ status }) => status === 'failed');
  if (failed) return killed(`${spec}: ${failed.fullName.trim()}`);
  return ended === '0' ? survived(spec) : unjudged(`${spec}: vitest ended with ${ended}, though no test failed`);
}

const NEVER_ENDS = 'it never ends';

/** Of each test; undefined without a report. */
function resultsIn(report: string): { status: string; fullName: string }[] | undefined {
  try {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
      testResults: { assertionResults: { status: string; fullName: string }[] }[];
    };
    return testResults.flatMap(({ assertionResults }) => assertionResults);
  } catch {
    return undefined;
  }
}
