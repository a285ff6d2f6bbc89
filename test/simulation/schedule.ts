import fc from 'fast-check';

/** What may happen, and how often, relatively. */
export const KINDS = {
  // what users do
  subscribe: 10,
  unsubscribe: 5,
  start: 3,
  stop: 3,
  stepDown: 3,
  proclaim: 4,
  late: 4,
  lock: 8,
  tryLock: 4,
  release: 3,
  leave: 4,
  // what networks do
  partition: 4,
  loseRequests: 3,
  loseAnswers: 3,
  delayAnswer: 4,
  repeatAnswer: 3,
  dropAnswer: 4,
  cutBefore: 4,
  cutAfter: 4,
  hold: 4,
  watchGap: 4,
  spurious: 3,
  // what machines do
  pause: 5,
  suspend: 3,
  wallJump: 3,
  // what stores and administrators do
  restart: 3,
  restartEmpty: 2,
  outage: 3,
  deleteKey: 3,
  overwriteKey: 2,
  revokeLease: 3,
  foreign: 3,
} as const;

export type Kind = keyof typeof KINDS;
export const FAULTS = new Set<Kind>(Object.keys(KINDS).slice(11) as Kind[]);

/** One thing that happens, `gap` milliseconds after the one before. */
export interface Step {
  readonly gap: number;
  readonly kind: Kind;
  /** Whom it happens to. */
  readonly who: number;
  /** How much of it, from 0 to 999. */
  readonly size: number;
}

/** A world and its history. */
export interface Schedule {
  readonly store: 'etcd' | 'consul';
  readonly clients: number;
  /** Feeds latencies, clock rates and the order in which a woken process runs its timers. */
  readonly chance: number;
  readonly steps: readonly Step[];
}

const kinds = fc.oneof(
  ...(Object.entries(KINDS) as [Kind, number][]).map(([kind, weight]) => ({ weight, arbitrary: fc.constant(kind) })),
);
const step = fc.record<Step>(
  { gap: fc.integer({ min: 0, max: 150 }), kind: kinds, who: fc.nat(6), size: fc.nat(999) },
  { noNullPrototype: true },
);

export const LEAST_STEPS = 50;
export const schedules = (store: fc.Arbitrary<Schedule['store']>): fc.Arbitrary<Schedule> =>
  fc
    .record<Schedule>(
      {
        store,
        clients: fc.integer({ min: 3, max: 7 }),
        chance: fc.integer({ min: 1, max: 0x7fffffff }),
        steps: fc.array(step, { minLength: LEAST_STEPS, maxLength: 80, size: 'max' }),
      },
      { noNullPrototype: true },
    )
    .filter(({ steps }) => steps.filter(({ kind }) => FAULTS.has(kind)).length >= 3);

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
