/** Milliseconds by CLOCK_MONOTONIC, which all processes of this machine share. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6;
