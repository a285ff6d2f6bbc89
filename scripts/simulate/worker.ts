import type * as Simulator from '../../test/simulation/index.js';
import { Reached } from './reached.js';
import { type Chosen, type Failure, type Report, type Task, storeOf } from './tasks.js';

/** Half of what a world makes is gone before the next one begins. */
Error.stackTraceLimit = 0;
process.on('SIGINT', () => undefined); // the parent says when

process.once('message', (chosen: Chosen) => {
  let reached = chosen.reach ? new Reached(chosen.file) : undefined;
  void import(chosen.file).then((simulator: typeof Simulator) => {
    process.on('message', (task: Task) => {
      process.send?.({ ...run(simulator, chosen, task), unreached: reached?.end() } satisfies Report);
      reached = undefined;
    });
    process.send?.({ counts: simulator.noCounts(), failures: [], unreached: undefined, cpu: 0 } satisfies Report);
  });
});

function run({ Violation, noCounts, scheduleOf, simulate }: typeof Simulator, { store }: Chosen, { from, seeds }: Task) {
  const counts = noCounts();
  const failures: Failure[] = [];
  const before = process.cpuUsage();
  for (let seed = from; seed < from + seeds && failures.length === 0; seed++) {
    try {
      simulate(scheduleOf(seed, storeOf(seed, store)), counts);
    } catch (error) {
      failures.push({ seed, rule: error instanceof Violation ? error.message : String(error) });
    }
  }
  const { user, system } = process.cpuUsage(before);
  return { counts, failures, cpu: (user + system) / 1_000 };
}
