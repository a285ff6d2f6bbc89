import { setTimeout as pause } from 'node:timers/promises';

/** The i-th of n moments of a period: so that a fault meets every phase of it, not to wait for anything. */
export const atPhase = (period: number, i: number, n: number): Promise<unknown> => pause((period * i) / n);
