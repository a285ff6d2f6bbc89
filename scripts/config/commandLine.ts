import { parseArgs } from 'node:util';

/** What was asked for cannot be done: told with the usage, without a stack. */
export class Misuse extends Error {
  override readonly name = 'Misuse';
}

interface Asked {
  /** By option: its value, or '' for a switch. */
  readonly values: ReadonlyMap<string, string>;
  readonly positionals: readonly string[];
}

/** @throws {Misuse} naming the option that is unknown, or has no value. */
export function commandLine(args: readonly string[], known: Readonly<Record<string, 'string' | 'boolean'>>): Asked {
  const options = Object.fromEntries(Object.entries(known).map(([name, type]) => [name, { type }]));
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const values = new Map<string, string>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    const type = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!type) throw new Misuse(`There is no option ${rawName}${value === undefined ? '' : ` (${value})`}.`);
    if (type === 'string' && !value) throw new Misuse(`${rawName} ${value === undefined ? 'has no' : 'has an empty'} value.`);
    if (type === 'boolean' && value !== undefined) throw new Misuse(`${rawName} takes no value: ${value}.`);
    values.set(name, value ?? '');
  }
  return { values, positionals };
}

/** Shows what was wrong, then the usage; exit code 2. Any other error passes. */
export function misused(error: unknown, usage: string): void {
  if (!(error instanceof Misuse)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
