import { holdsBehind } from '../../core/conflict.js';
import type { ClaimKind } from '../../core/types.js';

/** One claim as the store keeps it. A foreign one, put by an administrator, has neither lease nor nonce. */
export interface Entry {
  readonly name: string;
  readonly id: string;
  readonly value: string;
  readonly kind: ClaimKind;
  readonly lease: string | undefined;
  readonly nonce: string | undefined;
  /** Revision at which it was created: its place in the queue, and the token. */
  readonly create: bigint;
  /** Revision of the last change. */
  readonly mod: bigint;
}

/** Everything that is known of a key at one revision, oldest first. */
export interface Queue {
  readonly key: string;
  /** Counts restarts without data: a lower revision of a later life is not the past. */
  readonly life: number;
  readonly revision: bigint;
  readonly entries: readonly Entry[];
}

export const isOlder = (one: Queue, other: Queue): boolean =>
  one.life === other.life ? one.revision < other.revision : one.life < other.life;

export const find = (queue: Queue, name: string): Entry | undefined => queue.entries.find((entry) => entry.name === name);

export const holds = (queue: Queue, { kind, create }: Entry): boolean =>
  !blocked(
    kind,
    queue.entries.filter((entry) => entry.create < create),
  );

export const blocked = (kind: ClaimKind, older: readonly Entry[]): boolean =>
  !holdsBehind(
    older.map((entry) => entry.kind),
    kind,
  );
