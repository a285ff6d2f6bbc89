/** What happens to a candidate: as it says itself, or as was done to it. */
export interface Told {
  readonly who: string;
  readonly what: What;
  /** Milliseconds on CLOCK_MONOTONIC, which all processes of a machine share. */
  readonly at: number;
  readonly token?: string;
  readonly note?: string;
}

export type What = 'stands' | 'leads' | 'lost' | 'stepped down' | 'resigned' | 'crashed' | 'cut off' | 'reconnected';

export const now = (): number => Number(process.hrtime.bigint()) / 1e6;

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

/** Hand-overs take anything from a millisecond to seconds. */
export const duration = (ms: number): string => (ms < 100 ? `${ms.toFixed(1)} ms` : seconds(ms));
