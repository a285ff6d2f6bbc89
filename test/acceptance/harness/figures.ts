/** One line that a closing note can quote. */
export function say(what: string, figures: Record<string, unknown>): void {
  const told = Object.entries(figures).map(([name, value]) => `${name} ${typeof value === 'number' ? rounded(value) : String(value)}`);
  console.log(`[acceptance] ${what}: ${told.join(', ')}`);
}

/** The value below which this share of the sample lies (nearest rank). */
export function quantile(sample: readonly number[], share: number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? NaN;
}
export const median = (sample: readonly number[]): number => quantile(sample, 0.5);

const rounded = (value: number) => (Number.isInteger(value) ? value : Number(value.toFixed(2)));
