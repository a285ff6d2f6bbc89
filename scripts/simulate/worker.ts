import type * as Simulator from '../../test/simulation/index.js';
import { Reached } from './reached.js';
import { type Chosen, type Failure, type Report, type Task, storeOf } from './tasks.js';

Error.stackTraceLimit = 0;
process.on('SIGINT', () => undefined); // the parent says when

process.once('message', (chosen: Chosen) => {
  let reached = chosen.reach ? new Reached(chosen.file) : undefined;
  void import(chosen.file).then((simulator: typeof Simulator) => {
    process.on('message', (task: Task) => {
      process.send?.({ ...run(simulator, chosen, task), unreached: reached?.end() } satisfies Report);
      reached = undefined;
    });
    process.send?.('ready');
  });
});

function run({ Violation, noCounts, scheduleOf, simulate }: typeof Simulator, { store }: Chosen, task: Task) {
  const counts = noCounts();
  const failures: Failure[] = [];
  let done = 0;
  const before = process.cpuUsage();
  for (let seed = task.from; seed < task.from + task.seeds && failures.length === 0; seed++) {
    if (storeOf(seed, store) !== task.store) continue;
    try {
      simulate(scheduleOf(seed, task.store), counts);
      done++;
    } catch (error) {
      const broken = error instanceof Violation;
      failures.push({ seed, rule: broken ? error.message : String(error), error: !broken });
    }
  }
  const { user, system } = process.cpuUsage(before);
  return { done, counts, failures, cpu: (user + system) / 1_000 };
}
