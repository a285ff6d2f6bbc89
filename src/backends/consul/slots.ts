import { Observable, type Subscription } from 'rxjs';
import { WAIT } from './store.js';

/** Blocking queries of one backend, at a time. */
const RUNNING = 6;
/** Consul keeps a query that was left open until its wait ends, and counts connections by address: 200 by default. */
const LEFT_BEHIND = 12;

/** One that wants room, or has it. */
interface Guest {
  readonly urgent: boolean;
  readonly begin: () => Subscription;
  running?: Subscription;
}

/**
 * A bounded number of blocking queries, those that the agent still keeps for us included. First come, first served, but
 * who waits for his turn goes first: he takes the room of one that doesn't.
 */
export class Slots {
  readonly #guests = new Set<Guest>();
  readonly #behind = new Set<NodeJS.Timeout>();

  /** Subscribes when there is room, again where it was taken meanwhile; until then whoever waits reads from time to time. */
  use<T>(query: Observable<T>, urgent: boolean): Observable<T> {
    return new Observable((subscriber) => {
      const told = { next: (value: T) => subscriber.next(value), error: (error: unknown) => subscriber.error(error) };
      const guest: Guest = { urgent, begin: () => query.subscribe(told) };
      this.#guests.add(guest);
      this.#admit();
      return () => {
        this.#guests.delete(guest);
        guest.running?.unsubscribe();
        this.#admit();
      };
    });
  }

  /** One that was left before its answer. */
  leave(): void {
    const end = setTimeout(() => {
      this.#behind.delete(end);
      this.#admit();
    }, WAIT).unref();
    this.#behind.add(end);
  }

  close(): void {
    this.#guests.clear();
    this.#behind.forEach((end) => clearTimeout(end));
  }

  #admit(): void {
    const running = [...this.#guests].filter((guest) => guest.running);
    const waiting = [...this.#guests]
      .filter((guest) => !guest.running)
      .sort((one, other) => Number(other.urgent) - Number(one.urgent));
    const [next] = waiting;
    if (!next || running.length + this.#behind.size >= RUNNING + LEFT_BEHIND) return;
    if (running.length >= RUNNING) {
      const patient = next.urgent ? running.find(({ urgent }) => !urgent) : undefined;
      if (!patient) return;
      patient.running?.unsubscribe();
      delete patient.running;
    }
    next.running = next.begin();
    this.#admit();
  }
}
