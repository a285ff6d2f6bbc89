import { EMPTY, NEVER, catchError, concatMap, map, of, pairwise, startWith, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type MemoryBackend, MemoryStore, memoryBackend } from '../../src/backends/memory/index.js';
import type { Backend, TenureRef } from '../../src/core/types.js';
import { behavesLikeABackend } from '../../src/testing/index.js';

/** The names of the promises that a backend breaks; those that hang do so side by side. */
const broken = async (breaking: (sound: MemoryBackend) => Partial<Backend>): Promise<string[]> => {
  const [store, cases]: [MemoryStore, [string, () => Promise<void>][]] = [new MemoryStore(), []];
  const connect = () => {
    const sound = memoryBackend({ store });
    return { ...sound, ...breaking(sound) };
  };
  behavesLikeABackend('broken', connect, { describe: (_, body) => body(), it: (...each) => cases.push(each), expect });
  const results = await Promise.all(
    cases.map(([name, run]) =>
      run().then(
        () => [],
        () => [name],
      ),
    ),
  );
  return results.flat();
};

// Side by side: what a broken backend never says is waited for.
describe.concurrent('behavesLikeABackend', () => {
  it('finds nothing wrong with a sound backend', async () => {
    expect(await broken(() => ({}))).toEqual([]);
  });

  it('rejects two holders at once', { timeout: 20_000 }, async () => {
    const failed = await broken((sound) => ({ acquire: (lease, claim) => sound.acquire(lease, { ...claim, kind: 'shared' }) }));
    expect(failed).toContain('makes claims of two clients exclude each other');
    expect(failed).toContain('lets the second in when the first withdraws, and not before');
  });

  it('rejects a token that does not grow', { timeout: 20_000 }, async () => {
    const failed = await broken((sound) => {
      const real = new Map<string, bigint>();
      const remember = ({ nonce, token }: TenureRef) => real.set(nonce, token);
      return {
        acquire: (lease, claim) =>
          sound.acquire(lease, claim).pipe(
            tap(remember),
            map((tenure) => ({ ...tenure, token: 7n })),
          ),
        monitor: (tenure) => sound.monitor({ ...tenure, token: real.get(tenure.nonce) ?? 7n }),
        watch: (key, options) => sound.watch(key, options).pipe(map((leader) => leader && { ...leader, token: 7n })),
      };
    });
    expect(failed).toContain('grows the token with each tenure, also when nothing was left of the one before');
  });

  it('rejects a withdrawal that leaves the claim', { timeout: 20_000 }, async () => {
    expect(await broken(() => ({ withdraw: () => EMPTY }))).toContain(
      'leaves nothing after withdraw, and a repeated one spares the next',
    );
  });

  it('rejects a watch that tells the past after the future', { timeout: 20_000 }, async () => {
    const failed = await broken((sound) => ({
      watch: (key, options) =>
        sound.watch(key, options).pipe(
          startWith(null),
          pairwise(),
          concatMap(([before, now]) => (before && now ? of(now, before, now) : of(now))),
        ),
    }));
    expect(failed).toContain('never tells the past after the future');
  });

  it('rejects a renewal that revives a revoked lease', { timeout: 20_000 }, async () => {
    const failed = await broken((sound) => ({ renew: (lease) => sound.renew(lease).pipe(catchError(() => of(undefined))) }));
    expect(failed).toContain('refuses to renew a revoked lease, and does not revive it');
  });

  it('rejects a monitor that sleeps', { timeout: 20_000 }, async () => {
    expect(await broken(() => ({ monitor: () => NEVER }))).toContain('says CLAIM_LOST when somebody else takes our claim away');
  });

  it('rejects a tryLock that stays in the line', { timeout: 20_000 }, async () => {
    const failed = await broken((sound) => ({ acquire: (lease, claim) => sound.acquire(lease, { ...claim, wait: true }) }));
    expect(failed).toContain('never queues with wait: false, and leaves nothing when refused');
  });

  it('rejects an attempt that adopts the claim of another', { timeout: 20_000 }, async () => {
    const failed = await broken((sound) => ({ acquire: (lease, claim) => sound.acquire(lease, { ...claim, nonce: claim.id ?? '' }) }));
    expect(failed).toContain('adopts no claim of another attempt, though id and lease are the same');
  });

  it('rejects a close that leaves the leases', { timeout: 20_000 }, async () => {
    expect(await broken(() => ({ close: () => Promise.resolve() }))).toContain('frees what it held and leaves the lines it stood in');
  });
});
