import type { Counts } from '../../test/simulation/counts.js';
import { KINDS, type Kind, isFault } from '../../test/simulation/schedule.js';

/** Every kind, in a run that is meant to prove something. */
export const OFTEN = 1_000;
/** From here on a run is meant to. */
export const FULL = 50_000;

export const rare = ({ steps }: Counts): Kind[] => all().filter((kind) => (steps[kind] ?? 0) < OFTEN);
const all = () => (Object.keys(KINDS) as Kind[]).filter((kind) => kind !== 'nothing');

export function add(sum: Counts, { steps, ...counts }: Counts): void {
  for (const kind of all()) sum.steps[kind] = (sum.steps[kind] ?? 0) + (steps[kind] ?? 0);
  for (const name of ['tenures', 'relied', 'events', 'anomalies'] as const) sum[name] += counts[name];
  sum.trace = (sum.trace + counts.trace) | 0; // in whatever order
}

/** What happened, in three columns. */
export function table(counts: Counts): string {
  const { tenures, relied, events, anomalies, trace } = counts;
  const told = [
    ['events', events],
    ['tenures', tenures],
    ['answers, values and notifications checked', relied],
    ['stale writes that only the fence kept out', anomalies],
  ] as const;
  const line = (kind: Kind) => `${kind} ${(counts.steps[kind] ?? 0).toLocaleString('en')}`.padEnd(26);
  const block = (kinds: readonly Kind[]) =>
    Array.from({ length: Math.ceil(kinds.length / 4) }, (_, row) =>
      `  ${kinds
        .slice(row * 4, row * 4 + 4)
        .map(line)
        .join('')}`.trimEnd(),
    );
  return [
    ...told.map(([name, count]) => `${name}: ${count.toLocaleString('en')}`),
    'deeds',
    ...block(all().filter((kind) => !isFault(kind))),
    'faults',
    ...block(all().filter(isFault)),
    `trace: ${(trace >>> 0).toString(16).padStart(8, '0')} (the same for the same seeds and sources)`,
  ].join('\n');
}
