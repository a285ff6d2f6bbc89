import type { Observable } from 'rxjs';
import type { Leader } from '../../src/index.js';
import type { Told } from './told.js';

/** Candidates by name, and what can be done to them. */
export interface Cast {
  /** What happens to any of them. */
  readonly told$: Observable<Told>;
  /** Whoever holds the key, as somebody sees it who only watches. */
  readonly leader$: Observable<Leader | null>;
  /** Brings it (back) to life: it stands for election. */
  stand(name: string): Promise<void>;
  /** It ends without a word to anybody. */
  crash(name: string): void;
  stepDown(name: string): void;
  /** Nothing passes between it and the store, and nobody tells it so. */
  cutOff(name: string): void;
  reconnect(name: string): void;
  resign(name: string): void;
  /** Everybody resigns, and nothing is left behind. */
  close(): Promise<void>;
}
