import type { ClaimKind } from '../../src/core/types.js';

/** Whether a claim has its turn behind those: the rule as it is written down, not as the product follows it. */
export function hasTurn(older: readonly ClaimKind[], kind: ClaimKind): boolean {
  if (kind === 'exclusive') return older.length === 0;
  if (kind === 'shared') return older.every((each) => each === 'shared');
  return older.length < kind.permits && older.every((each) => typeof each === 'object');
}
