export { KINDS, LEAST_FAULTS, LEAST_STEPS, isFault, scheduleOf } from './schedule.js';
export type { Kind, Schedule, Step, StoreName } from './schedule.js';
export { type Counts, noCounts } from './counts.js';
export { Violation, simulate } from './world.js';
