import type { Observable } from 'rxjs';
import type { MemoryCall, MemoryFaults } from '../../src/backends/memory/faults.js';
import type { Tenure } from '../../src/core/tenure.js';
import type { Backend, Leader } from '../../src/core/types.js';
import type { Process } from './clock.js';

/** One client's way to a modelled store. */
export interface Connected {
  readonly backend: Backend;
  /** Each withdrawal and revocation, as it is sent. */
  readonly released$: Observable<Pick<MemoryCall, 'lease' | 'nonce'>>;
  /** Whether what lies between this machine and the servers passes anything on; undefined: nothing does. */
  readonly link?: (linked: boolean) => void;
}

/** A modelled store: what it does, what an administrator does to it, and what the judge may look up. */
export interface Model {
  /** Milliseconds: what everybody asks for. */
  readonly ttl: number;
  /** How long a read whose answer is lost may hold up the next. */
  readonly readTimeout: number;
  /** How long the store may still keep a key that nobody holds any more. */
  readonly lockDelay: number;
  /** Whether an answer from before the data was lost can be told from a later one. */
  readonly tellsLives: boolean;
  readonly kinds: Backend['kinds'];
  connect(process: Process, faults: MemoryFaults): Connected;
  /** Whether the store itself would name this tenure the holder now. */
  honours(tenure: Tenure): boolean;
  /** Whether nobody of ours waits who came before. */
  isFirst(tenure: Tenure): boolean;
  /** Whether the store named this leader, ever. */
  hasSeen(leader: Leader): boolean;
  /** The claims on a key by their nonces, and what changes when somebody else lays hands on one. */
  claims(key: string): ReadonlyMap<string, unknown>;
  holder(key: string): Leader | undefined;
  /** Removes what an administrator wrote, and no lease ends. */
  tidy(key: string): void;
  /** What is left of us. */
  readonly left: readonly string[];
  /** What the store removes by itself, after a while. */
  readonly reaped: readonly string[];
  deleteKey(key: string, pick: number): void;
  overwriteKey(key: string, pick: number): void;
  revokeLease(pick: number): void;
  /** Somebody with other tools. @returns How they go */
  foreign(key: string): () => void;
  stop(): void;
  start(data: boolean): void;
}
