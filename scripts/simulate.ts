import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { noCounts } from '../test/simulation/counts.js';
import type * as Simulator from '../test/simulation/index.js';
import { STORES, type Schedule, type StoreName } from '../test/simulation/schedule.js';
import { root } from './config/entries.js';
import { changesOf, copied, mutantOf, names } from './mutants/copy.js';
import { bundle, worker } from './simulate/bundle.js';
import { employ } from './simulate/crew.js';
import { shrunk } from './simulate/shrunk.js';
import { FULL, OFTEN, add, rare, table } from './simulate/table.js';
import { type Failure, type Report, type Task, storeOf } from './simulate/tasks.js';

const usage = `npm run simulate -- [--seeds N] [--from S] [--store memory|etcd|consul|all] [--replay SEED]

Elections, locks, semaphores and read/write locks on virtual time, over memory, modelled etcd servers and modelled Consul servers, with
whatever can go wrong. Each seed is a world of 3 to 7 processes and a schedule of at least 50 events, 3 of them faults. The first broken promise
ends the run: its seed, and the shortest schedule that still breaks it, are told. Ctrl-C tells what has been done so far.

  --seeds N      how many (1,000); from ${FULL.toLocaleString('en')} on, each kind of fault must happen ${OFTEN.toLocaleString('en')} times, and every line of every operator
  --from S       the first (1)
  --store NAME   memory, etcd, consul or all (all: every eighth seed is etcd's, every eighth Consul's)
  --replay SEED  one seed, again, step by step
  --mutant NAME  with a bug of test/mutants in it (npm run mutants -- --help)`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean' },
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    store: { type: 'string', default: 'all' },
    replay: { type: 'string' },
    mutant: { type: 'string' },
  },
});
const WORKERS = 2;
const CHUNK = 150;
/** Once more, to count the lines that they reach: which slows the engine down for good, so in a process of its own. */
const SAMPLE = 300;
/** Seconds. */
const SHRINKING = 60;

const [seeds, from] = [Number(values.seeds), Number(values.from)];
const store = values.store as StoreName | 'all';
async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rx-tenure-simulate-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const sources = values.mutant === undefined ? root : await mutated(values.mutant, join(folder, 'sources'));
  const file = await bundle(join(folder, 'simulator.mjs'), sources);
  if (values.replay === undefined) await runAll(file, await worker(join(folder, 'worker.mjs')));
  else await replay(file, Number(values.replay));
}

/** A copy with the mutant's bug. */
async function mutated(name: string, folder: string): Promise<string> {
  const changes = changesOf(await mutantOf(name));
  if (typeof changes === 'string') throw new Error(changes);
  copied(folder, changes);
  return folder;
}

async function runAll(file: string, program: string): Promise<void> {
  const sum = noCounts();
  const began = performance.now();
  const run = { done: 0, cpu: 0, failure: undefined as Failure | undefined, stopped: false };
  const say = progress();
  const stop = () => (run.stopped = true);
  process.on('SIGINT', stop).on('SIGTERM', stop);

  const stores: StoreName[] = store === 'all' ? ['memory', 'consul', 'etcd'] : [store];
  const next = new Map(stores.map((each) => [each, from]));
  /** Of its own store as long as there is something to do, then of the others. */
  const taken = (first: StoreName) => (): Task | undefined => {
    const has = (each: StoreName) => (next.get(each) ?? Infinity) < from + seeds;
    const chosen = [first, ...stores].find(has);
    if (!chosen || run.stopped || run.failure) return undefined;
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
      employ(program, { file, store, reach: false }, taken(stores[n % stores.length]!), heard),
    ),
  );
  say('');
  process.off('SIGINT', stop).off('SIGTERM', stop);

  console.log(table(sum));
  console.log(
    `${run.done.toLocaleString('en')} seeds in ${((performance.now() - began) / 1_000).toFixed(1)} s, ${rate(run.done, began)}, ${(run.cpu / Math.max(1, run.done)).toFixed(2)} ms of a core each`,
  );
  if (run.failure) return explain(file, run.failure);
  if (run.stopped) return fail('Stopped.');
  const full = seeds >= FULL;
  const sample: Task[] = [{ from, seeds: Math.min(SAMPLE, seeds), store: stores[0]! }];
  const unreached: string[] = [];
  await employ(
    program,
    { file, store, reach: true },
    () => sample.shift(),
    (_, report) => unreached.push(...(report.unreached ?? [])),
  );
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

async function replay(file: string, seed: number): Promise<void> {
  const { scheduleOf, simulate } = await simulator(file);
  const schedule = scheduleOf(seed, storeOf(seed, store));
  const counts = noCounts();
  let rule: string | undefined;
  try {
    simulate(schedule, counts);
  } catch (error) {
    rule = (error as Error).message;
  }
  console.log(shown(schedule));
  console.log(`${counts.events} events, ${counts.tenures} tenures, trace ${(counts.trace >>> 0).toString(16).padStart(8, '0')}`);
  if (rule === undefined) console.log(`seed ${seed}: no promise was broken.`);
  else await explain(file, { seed, rule });
}

/** The seed, what it broke, and the shortest schedule that still does. */
async function explain(file: string, { seed, rule }: Failure): Promise<void> {
  const { scheduleOf, simulate } = await simulator(file);
  const broken = (schedule: Schedule): string | undefined => {
    try {
      simulate(schedule);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };
  const kind = (text: string | undefined) => text?.replace(/^at \d+ ms: /, '').replace(/[\d(].*/, '');
  const schedule = scheduleOf(seed, storeOf(seed, store));
  const small = shrunk(schedule, (each) => kind(broken(each)) === kind(rule), SHRINKING);
  fail(`seed ${seed} (${schedule.store}): ${rule}\nThe shortest schedule that breaks it, ${broken(small)}:\n${shown(small)}
Again: npm run simulate -- --replay ${seed} --store ${schedule.store}${values.mutant === undefined ? '' : ` --mutant ${values.mutant}`}`);
}

function shown({ clients, steps, chance }: Schedule): string {
  let at = 0;
  const lines = steps.map(
    ({ gap, kind, who, size }) =>
      `  ${String((at += gap)).padStart(6)} ${kind} ${kind === 'nothing' ? '' : `(process ${who}, size ${size})`}`,
  );
  return [`${clients} processes, chance ${chance}`, ...lines].join('\n');
}

const simulator = (file: string) => import(file) as Promise<typeof Simulator>;
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

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

if (values.help) console.log(usage);
else if (values.mutant !== undefined && !names.includes(values.mutant)) fail(`There is no mutant ${values.mutant}.\n\n${usage}`);
else if (!(seeds > 0 && from >= 0 && [...STORES, 'all'].includes(store))) fail(usage);
else await main();
