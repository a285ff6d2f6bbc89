import type { ClaimKind } from './types.js';

/**
 * The one rule of locks, read/write locks and semaphores: a claim holds when no older one conflicts with it.
 *
 * Of semaphores that disagree about the permits, the smallest number that anybody asked for counts.
 */
export function holdsBehind(older: readonly ClaimKind[], kind: ClaimKind): boolean {
  if (kind === 'exclusive') return older.length === 0;
  if (kind === 'shared') return older.every((each) => each === 'shared');
  const permits = older.map((each) => (typeof each === 'object' ? each.permits : 0));
  return older.length < Math.min(kind.permits, ...permits);
}
