import type { IDuplexStream, IEvent, IWatchRequest, IWatchResponse } from 'etcd3';
import { Observable, type Subscriber } from 'rxjs';
import type { Header } from './member.js';

export type WatchStream = IDuplexStream<IWatchRequest, IWatchResponse>;
export interface Range {
  readonly key: Buffer;
  readonly range_end: Buffer;
}
/** What a watch tells: that it watches from now on, or what happened at these revisions. */
export interface Told {
  readonly header: Header;
  readonly events: readonly IEvent[];
}
/** The server ended one watch, or never began it; the stream and its other watches go on. */
export class WatchEnded extends Error {}

/**
 * One stream of watches, until it breaks. Spoken by hand: the client's own Watcher loses what happened while it was
 * reconnecting, never tells that a cancel came to nothing, and lets one denied watch block all that come after it.
 */
export class Session {
  /** Asked for and not yet answered: the server answers in order. */
  readonly #asked: Subscriber<Told>[] = [];
  readonly #watching = new Map<string, Subscriber<Told>>();

  #closed = false;

  /** @param abandon Called by whoever finds that the stream is of no use any more: another is opened in its place. */
  constructor(
    private readonly stream: WatchStream,
    readonly abandon: (why: unknown) => void,
  ) {
    stream.on('data', (told) => this.#hear(told));
  }

  /** First that the watch has begun, then its events. From now on: whoever subscribes reads what was before. */
  watch({ key, range_end }: Range): Observable<Told> {
    return new Observable((subscriber) => {
      this.#asked.push(subscriber);
      this.#write({ create_request: { key, range_end } });
      subscriber.add(() => this.#forget(subscriber));
    });
  }

  #hear({ header, watch_id, created, canceled, cancel_reason, events }: IWatchResponse): void {
    const subscriber = created ? this.#asked.shift() : this.#watching.get(watch_id);
    if (canceled) {
      this.#watching.delete(watch_id);
      subscriber?.error(new WatchEnded(cancel_reason || 'compacted'));
    } else if (created && subscriber) {
      this.#watching.set(watch_id, subscriber);
      if (subscriber.closed) this.#forget(subscriber);
    }
    subscriber?.next({ header, events });
  }

  /** One that isn't answered yet is forgotten once it is. */
  #forget(subscriber: Subscriber<Told>): void {
    for (const [watch_id, watching] of this.#watching) {
      if (watching !== subscriber) continue;
      this.#watching.delete(watch_id);
      this.#write({ cancel_request: { watch_id } });
    }
  }

  #write(asked: IWatchRequest): void {
    if (!this.#closed) this.stream.write(asked);
  }
  close(): void {
    this.#closed = true;
    this.stream.cancel();
  }
}
