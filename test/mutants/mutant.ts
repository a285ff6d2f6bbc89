import type { StoreName } from '../simulation/schedule.js';

/** One place where a mutant differs: `find` must occur exactly once. */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

/** A bug of somebody else's, or a trap, put back into our sources. They still compile. */
export interface Mutant {
  /** What is wrong with it. */
  readonly bug: string;
  /** Where it was met: project, file or thread. */
  readonly thread: string;
  readonly edits: readonly Edit[];
  /** What has to notice: worlds of the simulator, or a spec by its path. */
  readonly killedBy: StoreName | `test/${string}.spec.ts`;
}

export const mutant = (mutant: Mutant): Mutant => mutant;
