import type { ClaimKind, Leader } from '../../core/types.js';
import type { Entry } from './wire.js';

/** The claims on one key, oldest first. */
export type Queue = readonly Entry[];

export const inOrder = (entries: Iterable<Entry>): Queue => [...entries].sort((a, b) => (a.created < b.created ? -1 : 1));
export const find = (queue: Queue, path: string): Entry | undefined => queue.find((entry) => entry.path === path);

/** Who holds the key: the oldest claim, for it conflicts with nobody before it. */
export const holder = ([first]: Queue): Leader | null => (first ? { id: first.id, value: first.value, token: first.created } : null);

/** Whether a claim of this kind would hold behind those: no older one conflicts with it. */
export function holdsBehind(older: Queue, kind: ClaimKind = 'exclusive'): boolean {
  if (kind === 'exclusive') return older.length === 0;
  if (kind === 'shared') return older.every((entry) => entry.kind === 'shared');
  const permits = older.map((entry) => (typeof entry.kind === 'object' ? entry.kind.permits : 0));
  return older.length < Math.min(kind.permits, ...permits); // the smallest count that anybody agreed to
}

/** Whether the turn of this claim has come. */
export const holds = (queue: Queue, mine: Entry): boolean =>
  holdsBehind(
    queue.filter((entry) => entry.created < mine.created),
    mine.kind,
  );
