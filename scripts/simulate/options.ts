import { STORES, type StoreName } from '../../test/simulation/schedule.js';
import { Misuse, commandLine } from '../config/commandLine.js';
import { FULL, OFTEN } from './table.js';

export const usage = `npm run simulate -- [--seeds N] [--from S] [--store memory|etcd|consul|all] [--mutant NAME]
npm run simulate -- --replay SEED [--store memory|etcd|consul] [--mutant NAME]

Elections, locks, semaphores and read/write locks on virtual time, over memory, modelled etcd servers and modelled Consul servers, with
whatever can go wrong. Each seed is a world of 3 to 7 processes and a schedule of at least 50 events, 3 of them faults. The first broken promise
ends the run: its seed, and the shortest schedule that still breaks it, are told. Ctrl-C tells what has been done so far; twice, it ends at once.

  --seeds N      how many (1,000); from ${FULL.toLocaleString('en')} on, each kind of fault must happen ${OFTEN.toLocaleString('en')} times, and every line of every operator
  --from S       the first (1)
  --store NAME   memory, etcd, consul or all (all: every fortieth seed is etcd's, every fortieth Consul's)
  --replay SEED  one seed, again, step by step: a seed is another world over each store
  --mutant NAME  with a bug of test/mutants in it (npm run mutants -- --help)
  --help         this text`;

const KNOWN = { help: 'boolean', seeds: 'string', from: 'string', store: 'string', replay: 'string', mutant: 'string' } as const;

export interface Options {
  readonly help: boolean;
  readonly seeds: number;
  readonly from: number;
  readonly store: StoreName | 'all';
  readonly replay: number | undefined;
  readonly mutant: string | undefined;
}

/** @throws {Misuse} naming the option and its value. */
export function optionsOf(args: readonly string[], mutants: readonly string[]): Options {
  const { values, positionals } = commandLine(args, KNOWN);
  if (positionals[0] !== undefined) throw new Misuse(`${positionals[0]} belongs to no option.`);
  const number = (name: keyof typeof KNOWN, least: number): number | undefined => {
    const text = values.get(name);
    if (text === undefined) return undefined;
    if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text)) && Number(text) >= least) return Number(text);
    throw new Misuse(`--${name} ${text}: not a whole number from ${least} on.`);
  };
  const one = <T extends string>(name: keyof typeof KNOWN, among: readonly T[]): T | undefined => {
    const text = values.get(name);
    const found = among.find((each) => each === text);
    if (text !== undefined && !found) throw new Misuse(`--${name} ${text}: not one of ${among.join(', ')}.`);
    return found;
  };
  return {
    help: values.has('help'),
    seeds: number('seeds', 1) ?? 1_000,
    from: number('from', 0) ?? 1,
    store: one('store', [...STORES, 'all' as const]) ?? 'all',
    replay: number('replay', 0),
    mutant: one('mutant', mutants),
  };
}
