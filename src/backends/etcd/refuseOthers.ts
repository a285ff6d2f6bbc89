import { InvalidOptionsError } from '../../core/errors.js';

/** A misspelt name would otherwise be a default that nobody asked for. */
export function refuseOthers(what: string, others: object, known: readonly string[]): void {
  const [first] = Object.keys(others);
  if (first !== undefined) throw new InvalidOptionsError(`Unknown ${what} ${JSON.stringify(first)}: there are ${known.join(', ')}.`);
}
