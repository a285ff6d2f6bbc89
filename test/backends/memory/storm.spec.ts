import {
  EMPTY,
  type Observable,
  catchError,
  concat,
  defer,
  finalize,
  ignoreElements,
  interval,
  merge,
  mergeMap,
  retry,
  take,
  takeUntil,
  throwError,
  timer,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Fault, MemoryCall, MemoryStore, Side } from '../../../src/backends/memory/index.js';
import { isTenureError } from '../../../src/core/errors.js';
import type { Backend, Claim, Grant, Leader } from '../../../src/core/types.js';
import { type MarbleHelpers, marbles } from '../../../src/testing/index.js';
import { scene } from './scene.js';
import { seeded } from './seeded.js';

/** Faults until here; the longest lease has ended, and everything doubtful been swept, a while later. */
const CALM = 3_000;
const SWEPT = CALM + 2_500;
const END = SWEPT + 2_500;

/** Dice, in the units of a storm. */
function dice(seed: number) {
  const random = seeded(seed);
  const below = (bound: number) => Math.floor(random() * bound);
  const oneOf = <T>(...all: T[]): T => all[below(all.length)]!;
  const way = () => oneOf({ drop: true }, { delay: below(300) }, { delay: below(20) });
  const fault = (): Fault =>
    oneOf({ cut: 'before' }, { cut: 'after' }, { request: way() }, { answer: way() }, { answer: { repeat: below(200) } });
  return { random, below, oneOf, fault };
}
type Dice = ReturnType<typeof dice>;

/** A client that gets leases, claims and gives up at random, correctly: what it can't confirm it tries again. */
function candidate(backend: Backend, id: string, { below, random }: Dice, { scheduler }: MarbleHelpers): Observable<unknown> {
  const pause = (ms: number) => timer(ms, scheduler);
  const silent = <T>(verb: Observable<T>) =>
    verb.pipe(
      ignoreElements(),
      catchError(() => EMPTY),
    );
  const confirmed = <T>(verb: Observable<T>) => silent(verb.pipe(retry({ count: 60, delay: () => pause(37) })));
  const unlessLost = (error: unknown) => (isTenureError(error) && error.code === 'LEASE_LOST' ? throwError(() => error) : EMPTY);
  let attempts = 0;

  const campaign = (given: Grant) =>
    defer(() => {
      const claim: Claim = { key: 'k', id, nonce: `${id}${attempts++}`, wait: random() > 0.2 };
      const tenure$ = backend.acquire(given, claim).pipe(take(1));
      const held$ = tenure$.pipe(mergeMap((tenure) => merge(backend.monitor(tenure), silent(backend.update(tenure, `${attempts}`)))));
      return concat(silent(held$.pipe(takeUntil(pause(below(600))))), confirmed(backend.withdraw(given, claim)));
    });
  const life = (given: Grant) => {
    const renewals$ = interval(given.ttl / 5, scheduler).pipe(mergeMap(() => backend.renew(given).pipe(catchError(unlessLost))));
    const campaigns$ = concat(campaign(given), campaign(given), campaign(given));
    const revoked = () => confirmed(backend.revoke(given)).subscribe();
    return silent(merge(renewals$, campaigns$).pipe(finalize(revoked), takeUntil(pause(200 + below(1_500)))));
  };
  return defer(() => silent(backend.grant(400 + below(400)).pipe(mergeMap(life))));
}

/** An administrator who has bad days too. */
const interfere = (store: MemoryStore, { oneOf }: Dice) =>
  oneOf(
    () => store.delete('k'),
    () => store.leases.slice(0, 1).forEach((lease) => store.expire(lease)),
    () => store.restart(),
  )();

function storm(m: MarbleHelpers, seed: number): void {
  const [odds, { scheduler }] = [dice(seed), m];
  const { below, random, oneOf, fault } = odds;
  const { store, client, at } = scene(m, { rate: 1 + random() * 0.05 });
  const watchedBy: (Leader | null)[][] = [];

  const backends = ['a', 'b', 'c', 'd'].map((id) => {
    const { backend, faults } = client({ latency: below(3), timeout: 50 });
    const unlucky = ({ verb }: MemoryCall) => random() < (verb === 'notify' ? 0.2 : 0.1);
    faults.on((call) => (scheduler.now() < CALM && unlucky(call) ? fault() : undefined));
    for (let times = below(3); times > 0; times--) {
      const from = below(CALM - 500);
      at(from, () => faults.partition(oneOf<Side>('both', 'requests', 'answers')));
      at(from + below(400), () => faults.heal());
    }
    const watched: (Leader | null)[] = [];
    const again = { delay: () => timer(100, scheduler) };
    watchedBy.push(watched);
    backend
      .watch('k', { confirmEvery: 400 })
      .pipe(retry(again), takeUntil(timer(END, scheduler)))
      .subscribe((leader) => watched.push(leader));
    timer(below(100), 400, scheduler)
      .pipe(
        take(7),
        mergeMap(() => candidate(backend, id, odds, m)),
      )
      .subscribe();
    return backend;
  });
  for (let times = below(6); times > 0; times--) at(below(CALM), () => interfere(store, odds));

  const last = client().backend;
  at(SWEPT, () => expect(store.keys, 'ghosts').toEqual([]));
  at(SWEPT, () =>
    last
      .grant(END)
      .pipe(
        mergeMap((given) => last.acquire(given, { key: 'k', id: 'last', nonce: '' })),
        take(1),
      )
      .subscribe(),
  );
  at(END, () => [last, ...backends].forEach((backend) => void backend.close()));
  m.flush();
  expect([store.keys, store.leases, store.watched], 'left behind').toEqual([[], [], []]);
  for (const watched of watchedBy) {
    const tokens = watched.flatMap((leader) => leader?.token ?? []);
    expect(
      tokens.filter((token, index) => token < (tokens[index - 1] ?? token)),
      'the past',
    ).toEqual([]);
    expect(watched[watched.length - 1]).toMatchObject({ id: 'last' });
  }
}

/** `STORMS=2000` for more. */
const seeds = Array.from({ length: Number(process.env.STORMS ?? 20) }, (_, seed) => seed);

describe('a memory backend in a storm of faults', () => {
  it.each(seeds)('leaves no ghost, tells no past, and elects the next: seed %i', (seed) => {
    marbles((m) => storm(m, seed))();
  });
});
