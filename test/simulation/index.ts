export { KINDS, LEAST_FAULTS, LEAST_STEPS, isFault, scheduleOf } from './schedule.js';
export type { Kind, Schedule, Step, StoreName } from './schedule.js';
export { type Counts, Violation, noCounts, simulate } from './world.js';
