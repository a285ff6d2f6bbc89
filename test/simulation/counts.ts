import type { Kind } from './schedule.js';

/** What happened. */
export interface Counts {
  /** What took effect: a fault of a message is counted when a message meets it. */
  steps: Partial<Record<Kind, number>>;
  tenures: number;
  /** Values, notifications and answers that were checked against the store. */
  relied: number;
  events: number;
  /** Stale writes that a register without a fence took. */
  anomalies: number;
  /** Of everything that happened: the same for the same schedule. */
  trace: number;
}
export const noCounts = (): Counts => ({ steps: {}, tenures: 0, relied: 0, events: 0, anomalies: 0, trace: 0 });
