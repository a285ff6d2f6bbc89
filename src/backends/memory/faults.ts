import type { Observable } from 'rxjs';
import type { TenureError } from '../../core/errors.js';

/** What a client sends, named by the verb it is sent for: `read` is what acquire, monitor and watch look things up with. */
export type RequestName = 'grant' | 'renew' | 'revoke' | 'acquire' | 'withdraw' | 'update' | 'read';

/** One request, as it is sent; `notify` is a message of the store's own. */
export interface MemoryCall {
  readonly verb: RequestName | 'notify';
  readonly key?: string;
  readonly lease?: string;
  readonly nonce?: string;
  /** By the client's scheduler, in milliseconds. */
  readonly at: number;
}

/** What happens to one message on its way. */
export interface Way {
  /** Lost silently: the caller hears of it by its timeout. */
  readonly drop?: boolean;
  /** Milliseconds by which it comes later: others overtake it. */
  readonly delay?: number;
  /** Kept until this emits, however long the caller has gone. */
  readonly hold?: Observable<unknown>;
}

export interface Fault {
  readonly request?: Way;
  /** `repeat`: milliseconds after which the same answer comes once more. */
  readonly answer?: Way & { readonly repeat?: number };
  /** The connection breaks before the store hears of it, or after it has done it: the caller can't tell which. */
  readonly cut?: 'before' | 'after';
  /** The store refuses, with this. */
  readonly error?: TenureError;
}

export type Side = 'both' | 'requests' | 'answers';

/** What can go wrong between one client and its store. */
export interface MemoryFaults {
  /** From now on everything is lost silently, or only what goes one way. */
  partition(side?: Side): void;
  heal(): void;
  /** The fault of the next request of that name that has none yet; those given first come first. */
  next(verb: MemoryCall['verb'], fault: Fault): void;
  /** Asked for each message that `next` said nothing about. @returns How to stop it */
  on(decide: (call: MemoryCall) => Fault | undefined): () => void;
  /** @internal What happens to this one. */
  of(call: MemoryCall): Fault;
  /** @internal Whether nothing goes that way now. */
  cuts(side: 'requests' | 'answers'): boolean;
}

/**
 * Switches for one client of a `MemoryStore`.
 *
 *     const faults = memoryFaults();
 *     const backend = memoryBackend({ faults });
 *     faults.partition();                        // silence, both ways
 *     faults.heal();
 *     faults.next('acquire', { cut: 'after' });  // placed in the queue, and the answer never comes
 */
export function memoryFaults(): MemoryFaults {
  const planned: [verb: string, fault: Fault][] = [];
  const deciders = new Set<(call: MemoryCall) => Fault | undefined>();
  let cut: Side | undefined;

  return {
    partition: (side = 'both') => void (cut = side),
    heal: () => void (cut = undefined),
    next: (verb, fault) => void planned.push([verb, fault]),
    on: (decide) => {
      deciders.add(decide);
      return () => void deciders.delete(decide);
    },
    of: (call) => {
      const index = planned.findIndex(([verb]) => verb === call.verb);
      if (index >= 0) return planned.splice(index, 1)[0]![1];
      return [...deciders].reduce<Fault>((fault, decide) => ({ ...fault, ...decide(call) }), {});
    },
    cuts: (side) => cut === 'both' || cut === side,
  };
}
