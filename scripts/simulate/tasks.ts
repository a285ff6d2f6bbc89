import type { Counts, StoreName } from '../../test/simulation/index.js';

/** What every worker is told once. */
export interface Chosen {
  readonly file: string;
  readonly store: StoreName | 'all';
  /** Whether to note which lines the first task reaches: from before they are loaded. */
  readonly reach: boolean;
}
/** Of these seeds those of one store: an engine that has seen one only runs it faster. */
export interface Task {
  readonly from: number;
  readonly seeds: number;
  readonly store: StoreName;
}
export interface Failure {
  readonly seed: number;
  readonly rule: string;
  /** Of the simulator itself, or what it cannot model: no promise was broken. */
  readonly error: boolean;
}
export interface Report {
  /** How many worlds were lived through. */
  readonly done: number;
  readonly counts: Counts;
  readonly failures: readonly Failure[];
  /** Lines of operators and recipes that nothing reached, where that was to be noted. */
  readonly unreached: readonly string[] | undefined;
  /** Milliseconds. */
  readonly cpu: number;
}

/** Every fortieth seed is etcd's and every fortieth Consul's: their worlds take twice as long, and what memory's try is everybody's. */
export const storeOf = (seed: number, store: StoreName | 'all'): StoreName =>
  store !== 'all' ? store : seed % 40 === 0 ? 'consul' : seed % 40 === 20 ? 'etcd' : 'memory';
