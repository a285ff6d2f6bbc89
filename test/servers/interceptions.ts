import { setTimeout as pause } from 'node:timers/promises';
import type { Connection, Direction } from './connection.js';
import type { Rules } from './lane.js';

export type Match = (chunk: Buffer) => boolean;

/** A chunk that has been kept back, or will be. */
export interface Hold {
  /** Resolves when it has been caught. */
  readonly caught: Promise<void>;
  /** Lets it through, and `restAfter` milliseconds later what came behind it. */
  letGo(options?: { restAfter?: number }): void;
}
interface Interception {
  direction: Direction;
  match: Match;
  before?: () => Promise<unknown>;
  after?: (connection: Connection) => Promise<unknown>;
}

/** What is to happen to single chunks: each applies once, to the first chunk of any connection that matches. */
export class Interceptions {
  readonly #waiting = new Set<Interception>();
  readonly #holds = new Set<Hold>();

  hold(match: Match, direction: Direction): Hold {
    const [caught, released] = [signal(), signal<number>()];
    const before = () => (caught.resolve(), released.promise);
    const after = () => released.promise.then((restAfter) => pause(restAfter));
    const interception = { direction, match, before, after };
    const letGo = ({ restAfter = 0 } = {}) => {
      this.#waiting.delete(interception);
      this.#holds.delete(hold);
      released.resolve(restAfter);
    };
    const hold = { caught: caught.promise, letGo };
    this.#waiting.add(interception);
    this.#holds.add(hold);
    return hold;
  }

  letGo(options?: { restAfter?: number }): void {
    this.#holds.forEach((hold) => hold.letGo(options));
  }

  cutAfter(match: Match, wait: number, how: 'reset' | 'silence'): Promise<void> {
    const cut = signal();
    const after = async (connection: Connection) => {
      connection.silenced = true; // before anything of the answer can arrive
      await pause(wait);
      if (how === 'reset') connection.reset();
      cut.resolve();
    };
    this.#waiting.add({ direction: 'up', match, after });
    return cut.promise;
  }

  /** For one direction of one connection. */
  for(direction: Direction, connection: Connection): Pick<Rules, 'before' | 'after'> {
    let matched: Interception | undefined;
    return {
      before: (chunk) => {
        matched = [...this.#waiting].find((each) => each.direction === direction && each.match(chunk));
        if (matched) this.#waiting.delete(matched);
        return matched?.before?.();
      },
      after: () => matched?.after?.(connection),
    };
  }
}

/** A promise that is kept from outside. */
function signal<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  return { promise: new Promise<T>((keep) => (resolve = keep)), resolve };
}
