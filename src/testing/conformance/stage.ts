import { type Observable, Subscription, firstValueFrom, timeout } from 'rxjs';
import type { Backend, Claim, LeaseRef, Leader, TenureRef } from '../../core/types.js';
import { type Listener, listener } from './listener.js';
import { PATIENCE, done } from './outcome.js';

export type Connect = () => Backend | Promise<Backend>;

const TTL = 10_000;

/** One client, a lease of its own, and a key nobody else knows: what every promise is tried on. */
export interface Stage {
  readonly backend: Backend;
  readonly lease: LeaseRef;
  readonly key: string;
  /** Another client of the same store, on the same key. */
  readonly another: () => Promise<Stage>;
  readonly claim: (id: string, more?: Partial<Claim>) => Claim;
  /** Waits for its turn. Leaving `acquire` stops the wait, it releases nothing. */
  readonly hold: (claim: Claim) => Promise<TenureRef>;
  /** Starts waiting, and resolves when the claim has its place in the queue: a change of its value waits for that. */
  readonly queue: (claim: Claim) => Promise<Listener<TenureRef>>;
  readonly withdraw: (claim: Claim) => Promise<unknown>;
  readonly announce: (claim: Claim, value: string) => Promise<unknown>;
  readonly holder: () => Promise<Leader | null>;
  /** Three reads later: whatever a store was about to tell, it has told. */
  readonly meanwhile: () => Promise<void>;
  readonly listen: <T>(source: Observable<T>) => Listener<T>;
}

/** Sets the stage, plays on it, and leaves nothing behind. */
export const onStage = (connect: Connect, play: (stage: Stage) => Promise<void> | void) => async () => {
  const [open, listening]: [Backend[], Subscription] = [[], new Subscription()];
  const enter = async (key: string): Promise<Stage> => {
    const backend = await connect();
    open.push(backend);
    return stageFor(backend, key, await done(backend.grant(Math.max(TTL, backend.minTtl))), listening, () => enter(key));
  };
  try {
    await play(await enter(`conformance/${crypto.randomUUID()}`));
  } finally {
    listening.unsubscribe();
    await Promise.all(open.map((backend) => backend.close()));
  }
};

function stageFor(backend: Backend, key: string, lease: LeaseRef, listening: Subscription, another: () => Promise<Stage>): Stage {
  const listen = <T>(source: Observable<T>) => listener(source, listening);
  const holder = () => firstValueFrom(backend.watch(key).pipe(timeout({ first: PATIENCE })));
  const announce = (claim: Claim, value: string) => done(backend.update({ ...claim, id: claim.id ?? '', lease }, value));
  return {
    backend,
    lease,
    key,
    another,
    listen,
    holder,
    announce,
    claim: (id, more = {}) => ({ key, id, nonce: crypto.randomUUID(), ...more }),
    hold: (claim) => firstValueFrom(backend.acquire(lease, claim).pipe(timeout({ first: PATIENCE }))),
    queue: async (claim) => {
      const waiting = listen(backend.acquire(lease, claim));
      await announce(claim, claim.value ?? '');
      return waiting;
    },
    withdraw: (claim) => done(backend.withdraw(lease, claim)),
    meanwhile: async () => void (await holder(), await holder(), await holder()),
  };
}
