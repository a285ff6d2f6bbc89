import { holdsBehind as ruled } from '../../core/conflict.js';
import type { ClaimKind, Leader } from '../../core/types.js';
import type { Entry } from './wire.js';

/** The claims on one key, oldest first. */
export type Queue = readonly Entry[];

export const inOrder = (entries: Iterable<Entry>): Queue => [...entries].sort((a, b) => (a.created < b.created ? -1 : 1));
export const find = (queue: Queue, path: string): Entry | undefined => queue.find((entry) => entry.path === path);

/** Who holds the key: the oldest claim, for it conflicts with nobody before it. */
export const holder = ([first]: Queue): Leader | null => (first ? { id: first.id, value: first.value, token: first.created } : null);

/** Whether a claim of this kind would hold behind those. */
export const holdsBehind = (older: Queue, kind: ClaimKind = 'exclusive'): boolean =>
  ruled(
    older.map((entry) => entry.kind ?? 'exclusive'),
    kind,
  );

/** Whether the turn of this claim has come. */
export const holds = (queue: Queue, mine: Entry): boolean =>
  holdsBehind(
    queue.filter((entry) => entry.created < mine.created),
    mine.kind,
  );
