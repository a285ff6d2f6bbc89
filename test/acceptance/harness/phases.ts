/** Where a campaign can be when somebody leaves it. */
export const PHASES = ['grant', 'acquire', 'waiting', 'held', 'release'] as const;
export type Phase = (typeof PHASES)[number];
