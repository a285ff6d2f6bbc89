import { Observable, Subscription } from 'rxjs';
import { WAIT } from './store.js';

/** Blocking queries of one backend, at a time. */
const RUNNING = 6;
/**
 * Consul keeps a query that was left open until its wait ends, and counts connections by address: 200 by default. When so
 * many are left, nobody else begins; when a few are, only who waits for his turn, for the others ask again soon anyway.
 */
const LEFT_BEHIND = 30;
const FEW = 8;

/** One that wants room, or has it. */
interface Guest {
  readonly urgent: () => boolean;
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
  use<T>(query: Observable<T>, urgent: () => boolean): Observable<T> {
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
    const waiting = [...this.#guests].filter((guest) => !guest.running);
    const next = waiting.find(({ urgent }) => urgent()) ?? waiting[0];
    if (!next || this.#behind.size >= (next.urgent() ? LEFT_BEHIND : FEW)) return;
    if (running.length >= RUNNING) {
      const patient = next.urgent() ? running.find(({ urgent }) => !urgent()) : undefined;
      if (!patient) return;
      patient.running?.unsubscribe();
      delete patient.running;
    }
    next.running = new Subscription(); // there before it begins, for it may be left meanwhile
    next.running.add(next.begin());
    this.#admit();
  }
}
