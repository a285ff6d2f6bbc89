import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { Mutant } from '../../test/mutants/mutant.js';
import { root } from '../config/entries.js';
import type { Outcome } from './judged.js';

export const GUARANTEES = 'docs/guarantees.md';
const [BEGIN, END] = ['<!-- mutants: npm run mutants writes this -->', '<!-- mutants end -->'];

/** The table, between its markers. */
export async function written(
  names: readonly string[],
  mutants: ReadonlyMap<string, Mutant>,
  outcomes: ReadonlyMap<string, Outcome>,
): Promise<void> {
  const path = join(root, GUARANTEES);
  const [before, rest] = readFileSync(path, 'utf8').split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${GUARANTEES} has no ${BEGIN} … ${END}.`);
  const rows = names.map((name) => {
    const { verdict, by } = outcomes.get(name)!;
    return `| ${[`\`${name}\``, mutants.get(name)!.bug, mutants.get(name)!.thread, verdict === 'killed' ? by : `**${verdict}**: ${by}`].map(cell).join(' | ')} |`;
  });
  const table = ['| mutant | the bug | met in | killed by |', '| --- | --- | --- | --- |', ...rows].join('\n');
  const options = { ...(await resolveConfig(path)), parser: 'markdown' };
  writeFileSync(path, await format(`${before}${BEGIN}\n\n${table}\n\n${END}${after}`, options));
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
