/** What users do, and how often, relatively. */
const DEEDS = {
  subscribe: 8,
  unsubscribe: 5,
  start: 3,
  stop: 3,
  stepDown: 3,
  proclaim: 4,
  late: 4,
  lock: 5,
  tryLock: 3,
  share: 2,
  permit: 3,
  read: 2,
  write: 2,
  release: 3,
  leave: 3,
} as const;

/** What goes wrong. */
const FAULTS = {
  // on the network
  partition: 4,
  loseRequests: 3,
  loseAnswers: 3,
  delayAnswer: 4,
  repeatAnswer: 3,
  repeatRequest: 3,
  dropAnswer: 4,
  reorder: 3,
  cutBefore: 4,
  cutAfter: 4,
  hold: 4,
  holdRelease: 3,
  watchGap: 3,
  compaction: 2,
  spurious: 3,
  agentCut: 3,
  // in a process
  leaveMidway: 4,
  pause: 5,
  suspend: 3,
  wallJump: 3,
  crash: 3,
  // by stores and administrators
  restart: 3,
  restartEmpty: 2,
  outage: 3,
  deleteKey: 3,
  overwriteKey: 2,
  revokeLease: 3,
  foreign: 3,
} as const;

export const KINDS = { ...DEEDS, ...FAULTS, nothing: 0 };
export type Kind = keyof typeof KINDS;
export const isFault = (kind: Kind): boolean => kind in FAULTS;

/** One thing that happens, `gap` milliseconds after the one before. */
export interface Step {
  readonly gap: number;
  readonly kind: Kind;
  /** Whom it happens to. */
  readonly who: number;
  /** How much of it, from 0 to 999. */
  readonly size: number;
}

/** Each store, and where its chances begin: what a seed means for one does not depend on the others. */
const STREAMS = { memory: 0, consul: 1, etcd: 2 ** 30 } as const;
export type StoreName = keyof typeof STREAMS;
export const STORES = Object.keys(STREAMS) as StoreName[];

/** A world and its history. */
export interface Schedule {
  readonly store: StoreName;
  readonly clients: number;
  /** Feeds latencies, clock rates and the order in which a woken process runs its timers. */
  readonly chance: number;
  readonly steps: readonly Step[];
}

export const LEAST_STEPS = 50;
export const LEAST_FAULTS = 3;
export const MOST_STEPS = 52;

/** A small generator of chance: the same numbers for the same seed, everywhere. */
export function chanceOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const weighted = (Object.entries(KINDS) as [Kind, number][]).map(([kind, weight]) => Array<Kind>(weight).fill(kind));

/**
 * The schedule of a seed. Small worlds are the most frequent: they are quick, and meet more often. Of what may happen some worlds
 * know all and others little, for where everything happens nothing lasts.
 */
export function scheduleOf(seed: number, store: StoreName): Schedule {
  const chance = chanceOf(seed * 2 + STREAMS[store]);
  const below = (bound: number) => Math.floor(chance() * bound);
  const shares = { deeds: [1, 0.7][below(2)]!, faults: [1, 0.5, 0.2][below(3)]! };
  const share = (kind: Kind) => (kind === 'subscribe' ? 1 : shares[isFault(kind) ? 'faults' : 'deeds']);
  const known = weighted.filter(([kind]) => kind && chance() < share(kind)).flat();
  const clients = 3 + Math.min(...Array.from({ length: 8 }, () => below(5)));
  const length = LEAST_STEPS + Math.min(below(MOST_STEPS - LEAST_STEPS), below(MOST_STEPS - LEAST_STEPS));
  const step = (): Step => ({ gap: below(75), kind: known[below(known.length)]!, who: below(clients), size: below(1_000) });
  const steps = Array.from({ length }, step);
  const again = steps.filter(({ kind }) => isFault(kind)).length < LEAST_FAULTS;
  return again ? scheduleOf(seed + 2 ** 28, store) : { store, clients, chance: below(2 ** 31), steps };
}
