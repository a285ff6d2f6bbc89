import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { noCounts } from '../test/simulation/counts.js';
import type * as Simulator from '../test/simulation/index.js';
import type { Schedule, StoreName } from '../test/simulation/schedule.js';
import { misused } from './config/commandLine.js';
import { root } from './config/entries.js';
import { changesOf, copied, mutantOf, names } from './mutants/copy.js';
import { bundle, worker } from './simulate/bundle.js';
import { employ } from './simulate/crew.js';
import { type Options, optionsOf, usage } from './simulate/options.js';
import { kindOf } from './simulate/rule.js';
import { shrunk } from './simulate/shrunk.js';
import { FULL, OFTEN, add, rare, table } from './simulate/table.js';
import { type Failure, type Report, type Task, storeOf } from './simulate/tasks.js';

const WORKERS = 2;
const CHUNK = 150;
/** Once more, to count the lines that they reach: which slows the engine down for good, so in a process of its own. */
const SAMPLE = 300;
/** Seconds. */
const SHRINKING = 60;

/** Exit codes, as a shell tells them. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;
const signals = Object.keys(SIGNALS) as (keyof typeof SIGNALS)[];
const end = (signal: keyof typeof SIGNALS) => process.exit(SIGNALS[signal]);

async function main(options: Options): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rx-tenure-simulate-'));
  const leave = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', leave);
  signals.forEach((signal) => process.on(signal, end));
  const sources = options.mutant === undefined ? root : await mutated(options.mutant, join(folder, 'sources'));
  const file = await bundle(join(folder, 'simulator.mjs'), sources);
  /** What it does takes as long as it takes, and hears no signal: nothing is left to tidy up, so that a signal may simply end it. */
  const simulator = async () => {
    const loaded = (await import(file)) as typeof Simulator;
    leave();
    signals.forEach((signal) => process.off(signal, end));
    return loaded;
  };
  if (options.replay === undefined) await runAll(options, { file, program: await worker(join(folder, 'worker.mjs')), simulator });
  else replay(options, options.replay, await simulator());
}

/** A copy with the mutant's bug. */
async function mutated(name: string, folder: string): Promise<string> {
  const changes = changesOf(await mutantOf(name));
  if (typeof changes === 'string') throw new Error(changes);
  copied(folder, changes);
  return folder;
}

interface Built {
  readonly file: string;
  readonly program: string;
  readonly simulator: () => Promise<typeof Simulator>;
}

async function runAll(options: Options, { file, program, simulator }: Built): Promise<void> {
  const { seeds, from, store } = options;
  const sum = noCounts();
  const began = performance.now();
  const run = { done: 0, cpu: 0, failure: undefined as Failure | undefined, silent: undefined as Task | undefined, stopped: 0 };
  const say = progress();
  const stop = (signal: keyof typeof SIGNALS) => {
    if (run.stopped) end(signal);
    run.stopped = SIGNALS[signal];
  };
  signals.forEach((signal) => process.off(signal, end).on(signal, stop));

  const stores: StoreName[] = store === 'all' ? ['memory', 'consul', 'etcd'] : [store];
  const next = new Map(stores.map((each) => [each, from]));
  /** Of its own store as long as there is something to do, then of the others. */
  const taken = (first: StoreName) => (): Task | undefined => {
    const has = (each: StoreName) => (next.get(each) ?? Infinity) < from + seeds;
    const chosen = [first, ...stores].find(has);
    if (!chosen || run.stopped || run.failure || run.silent) return undefined;
    const start = next.get(chosen)!;
    next.set(chosen, start + CHUNK);
    return { from: start, seeds: Math.min(CHUNK, from + seeds - start), store: chosen };
  };
  const heard = (_: Task, { done, counts, failures: [failure], cpu }: Report) => {
    add(sum, counts);
    run.done += done;
    run.cpu += cpu;
    if (failure && !(run.failure && run.failure.seed < failure.seed)) run.failure = failure;
    say(`${run.done.toLocaleString('en')} of ${seeds.toLocaleString('en')} seeds, ${rate(run.done, began)}`);
  };
  await Promise.all(
    Array.from({ length: WORKERS }, (_, n) =>
      employ(program, { file, store, reach: false }, taken(stores[n % stores.length]!), {
        heard,
        silent: (task) => (run.silent = task),
      }),
    ),
  );
  say('');
  signals.forEach((signal) => process.off(signal, stop).on(signal, end));

  console.log(table(sum));
  console.log(
    `${run.done.toLocaleString('en')} seeds in ${((performance.now() - began) / 1_000).toFixed(1)} s, ${rate(run.done, began)}, ${(run.cpu / Math.max(1, run.done)).toFixed(2)} ms of a core each`,
  );
  if (run.stopped) fail('Stopped.', run.stopped);
  if (run.failure) return explain(options, run.failure, await simulator());
  if (run.silent) return fail(`A world never ends: ${told(run.silent, store)}`);
  if (run.stopped) return;
  const full = seeds >= FULL;
  const sample: Task[] = [{ from, seeds: Math.min(SAMPLE, seeds), store: stores[0]! }];
  const unreached: string[] = [];
  await employ(program, { file, store, reach: true }, () => sample.shift(), {
    heard: (_, report) => unreached.push(...(report.unreached ?? [])),
    silent: (task) => (run.silent = task),
  });
  if (run.silent) return fail(`A world never ends: ${told(run.silent, store)}`);
  const missed = unreached.filter((line) => line.startsWith('src/operators/'));
  const rarely = rare(sum);
  const of = (lines: readonly string[]) => (lines.length > 0 ? lines.join(' ') : 'none');
  console.log(
    `lines of operators that ${stores[0]} worlds of the first ${Math.min(SAMPLE, seeds)} seeds did not reach: ${of(missed)}`,
  );
  console.log(`lines of recipes: ${of(unreached.filter((line) => line.startsWith('src/recipes/')))}`);
  if (rarely.length > 0) console.log(`less than ${OFTEN.toLocaleString('en')} times: ${rarely.join(' ')}`);
  if (full && (rarely.length > 0 || missed.length > 0)) return fail('A full run has to reach everything.');
  console.log('No promise was broken.');
}

/** The seeds of a task, and how to look for the one. */
const told = (task: Task, store: Options['store']) =>
  `one of the ${task.store} seeds ${task.from} to ${task.from + task.seeds - 1}.
Again: npm run simulate -- --from ${task.from} --seeds ${task.seeds} --store ${store}`;

function replay(options: Options, seed: number, simulator: typeof Simulator): void {
  const schedule = simulator.scheduleOf(seed, storeOf(seed, options.store));
  if (options.store === 'all') console.log(`${schedule.store}: what --store all takes for seed ${seed}`);
  const counts = noCounts();
  let rule: string | undefined;
  try {
    simulator.simulate(schedule, counts);
  } catch (error) {
    rule = (error as Error).message;
  }
  console.log(shown(schedule));
  console.log(`${counts.events} events, ${counts.tenures} tenures, trace ${(counts.trace >>> 0).toString(16).padStart(8, '0')}`);
  if (rule === undefined) console.log(`seed ${seed} (${schedule.store}): no promise was broken.`);
  else explain(options, { seed, rule }, simulator);
}

/** The seed, what it broke, and the shortest schedule that still does. */
function explain(
  { store, mutant }: Options,
  { seed, rule }: Pick<Failure, 'seed' | 'rule'>,
  { scheduleOf, simulate }: typeof Simulator,
): void {
  const broken = (schedule: Schedule): string | undefined => {
    try {
      simulate(schedule);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };
  const schedule = scheduleOf(seed, storeOf(seed, store));
  console.error(`seed ${seed} (${schedule.store}): ${rule}`);
  const small = shrunk(schedule, (each) => kindOf(broken(each)) === kindOf(rule), SHRINKING);
  fail(`The shortest schedule that breaks it, ${broken(small)}:\n${shown(small)}
Again: npm run simulate -- --replay ${seed} --store ${schedule.store}${mutant === undefined ? '' : ` --mutant ${mutant}`}`);
}

function shown({ clients, steps, chance }: Schedule): string {
  let at = 0;
  const lines = steps.map(
    ({ gap, kind, who, size }) =>
      `  ${String((at += gap)).padStart(6)} ${kind} ${kind === 'nothing' ? '' : `(process ${who}, size ${size})`}`,
  );
  return [`${clients} processes, chance ${chance}`, ...lines].join('\n');
}

const rate = (done: number, began: number) => `${((done * 1_000) / (performance.now() - began)).toFixed(0)} a second`;

/** One line that is written over on a terminal; otherwise a line now and then. */
function progress(): (line: string) => void {
  let last = performance.now();
  return (line) => {
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${line}`);
    else if (line && performance.now() - last > 20_000) {
      last = performance.now();
      console.log(line);
    }
  };
}

function fail(message: string, code = 1): void {
  console.error(message);
  process.exitCode ||= code;
}

try {
  const options = optionsOf(process.argv.slice(2), names);
  if (options.help) console.log(usage);
  else await main(options);
} catch (error) {
  await setImmediate(); // what the signal that we shall hear of did to esbuild
  misused(error, usage);
}
