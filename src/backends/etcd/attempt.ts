import { Observable, ReplaySubject, lastValueFrom, tap } from 'rxjs';
import type { ClaimKind, LeaseRef } from '../../core/types.js';
import { deadlineOf } from './member.js';
import { isUnclear } from './translate.js';
import type { Moment } from './verdict.js';
import { type Entry, segment } from './wire.js';

export interface Asked {
  readonly key: string;
  readonly id?: string | undefined;
  readonly value?: string | undefined;
  readonly nonce: string;
  readonly kind?: ClaimKind | undefined;
}

/** One attempt to own a key: what we wrote for it, and whether we know what came of that. */
export class Attempt {
  /** The key and a slash: what its queue stands under. */
  readonly directory: string;
  /** Its own key in the store. No other attempt has the nonce, so nobody else's is ever meant by it. */
  readonly path: string;
  /** Emits when the store has shown it in its queue; completes when it is given up. */
  readonly placed$ = new ReplaySubject<void>(1);
  /** Emits when its lease has ended, and with it all that it left or leaves. */
  readonly ended$ = new ReplaySubject<void>(1);
  /** What it is to announce, when it is put. */
  value: string;
  /** Where it stands, as last answered, and in which life of the store. */
  entry: Entry | undefined;
  life = 0;
  /** The answer that showed its turn: what is older than that says nothing of its tenure. */
  proof: Moment | undefined;
  /** Whether the outcome of any put is unknown: it may still come to pass, long after a read has shown nothing. */
  unclear: boolean;
  /** When the last of these has run out of time. */
  clearAt = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** @param known Whether we know all that was written for it: not for one that another process made, or that was withdrawn before. */
  constructor(
    prefix: string,
    readonly lease: LeaseRef,
    { key, value = '', nonce, id = nonce, kind }: Asked,
    readonly known = true,
  ) {
    this.directory = `${prefix}${key}/`;
    this.path = this.directory + segment(lease.id, { nonce, id, kind });
    [this.value, this.unclear] = [value, !known];
  }

  /** As the wire wants it. */
  get key(): Buffer {
    return Buffer.from(this.path);
  }
  /** Whether the store may hold something of it: not when nothing was sent, nor when it was answered that nothing was put. */
  get mayExist(): boolean {
    return this.unclear || this.entry !== undefined;
  }
  place(entry: Entry, life: number): void {
    [this.entry, this.life] = [entry, life];
    this.placed$.next();
  }
  giveUp(): void {
    this.placed$.complete();
  }
  ended(): void {
    this.giveUp();
    this.ended$.next();
  }

  /** Requests of one attempt go one after another. One that nobody waits for any more is not begun; once begun, it runs to its end. */
  inTurn<T>(work: Observable<T>): Observable<T> {
    return new Observable((subscriber) => {
      const turn = this.#last.then(() => (subscriber.closed ? undefined : lastValueFrom(work, { defaultValue: undefined })));
      this.#last = turn.catch(() => undefined);
      turn.then(
        (last) => {
          if (last !== undefined) subscriber.next(last);
          subscriber.complete();
        },
        (error: unknown) => subscriber.error(error),
      );
    });
  }
  /** A put, in turn, and what is known of its outcome: also when nobody waits for it any more. */
  put<T>(work: Observable<T>): Observable<T> {
    const doubt = (error: unknown) => {
      if (isUnclear(error)) [this.unclear, this.clearAt] = [true, Math.max(this.clearAt, deadlineOf(error))];
    };
    return this.inTurn(work.pipe(tap({ error: doubt })));
  }
}
