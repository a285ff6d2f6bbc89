import { setMaxListeners } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mutant } from '../test/mutants/mutant.js';
import { Misuse, commandLine, misused } from './config/commandLine.js';
import { Compiler } from './mutants/compiler.js';
import { mutantOf, names } from './mutants/copy.js';
import { Baseline, type Outcome, judged } from './mutants/judged.js';
import { GUARANTEES, written } from './mutants/report.js';

const usage = `npm run mutants -- [name…]

Puts bugs of other systems back into a copy of src, one at a time: each is a file in test/mutants. The copy must compile; then the
simulator, or the spec that the mutant names, has to notice. A full run writes its table into ${GUARANTEES}.
Takes minutes; Ctrl-C ends it and leaves nothing behind.

  name     only these
  --help   this text

There are: `;

/** Of the machine's cores; each judge is one process. */
const AT_ONCE = 2;

async function main(chosen: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rx-tenure-mutants-'));
  const stopped = new AbortController();
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  setMaxListeners(0, stopped.signal);
  process.on('SIGINT', () => stopped.abort()).on('SIGTERM', () => stopped.abort());
  process.on('uncaughtException', (error) => {
    if (!stopped.signal.aborted) console.error(error); // esbuild complains that it was interrupted, too
    process.exit(1);
  });
  const compiler = new Compiler();
  const baseline = new Baseline(join(folder, '.baseline'), stopped.signal);
  const outcomes = new Map<string, Outcome>();
  const mutants = new Map<string, Mutant>();
  const waiting = [...chosen];
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined && !stopped.signal.aborted; name = waiting.shift()) {
      const mutant = await mutantOf(name);
      mutants.set(name, mutant);
      const outcome = await judged(mutant, { folder: join(folder, name), compiler, baseline, stopped: stopped.signal });
      rmSync(join(folder, name), { recursive: true, force: true });
      if (stopped.signal.aborted) return;
      outcomes.set(name, outcome);
      console.log(`${outcome.verdict === 'killed' ? 'killed  ' : outcome.verdict.toUpperCase()} ${name}: ${outcome.by}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const alive = [...outcomes].filter(([, { verdict }]) => verdict !== 'killed').map(([name]) => name);
  console.log(`${outcomes.size - alive.length} of ${chosen.length} killed.`);
  if (!stopped.signal.aborted && chosen.length === names.length) await written(names, mutants, outcomes);
  if (alive.length > 0 || outcomes.size < chosen.length) process.exitCode = 1;
}

try {
  const { values, positionals } = commandLine(process.argv.slice(2), { help: 'boolean' });
  const unknown = positionals.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Misuse(`There is no mutant ${unknown.join(', ')}.`);
  if (values.has('help')) console.log(usage + names.join(', '));
  else await main(positionals.length > 0 ? positionals : names);
} catch (error) {
  misused(error, usage + names.join(', '));
}
