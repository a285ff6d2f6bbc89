import { EMPTY, NEVER, type Observable, defer, firstValueFrom, of, throwError, timer } from 'rxjs';
import { map, mergeMap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../../src/backends/etcd/cluster.js';
import { keepAlive } from '../../../src/backends/etcd/keepAlive.js';
import { BackendUnavailableError, InvalidOptionsError } from '../../../src/core/errors.js';
import { codeOf } from './scene.js';

type Answer = Observable<{ TTL: string }>;
const lives: Answer = of({ TTL: '10' });
const gone: Answer = of({ TTL: '0' });
const down: Answer = throwError(() => new BackendUnavailableError('down'));
const late = (answer: Answer): Answer => timer(5).pipe(mergeMap(() => answer));

/** Hosts that answer the beats, and what is read to see whether one takes part, in turn; the last answer repeats. */
const hosts = (...all: Answer[][]) => {
  const members = all.map((answers) => ({ call: () => defer(() => (answers.length > 1 ? answers.shift() : answers[0]) ?? EMPTY) }));
  return { members, askAt: (member: (typeof members)[number]) => member.call() } as unknown as Pick<Cluster, 'members' | 'askAt'>;
};
const outcome = (...all: Answer[][]) =>
  firstValueFrom(keepAlive(hosts(...all), { id: 'a', ttl: 10_000 }).pipe(map(() => 'alive'))).catch(codeOf);

describe('keepAlive', () => {
  it('believes the first that says it lives, and waits for nobody else', async () => {
    expect(await outcome([NEVER], [late(lives)], [NEVER])).toBe('alive');
  });
  it('believes one that says it lives over those that say it is gone', async () => {
    expect(await outcome([gone, lives, gone], [late(lives)])).toBe('alive');
  });
  it('does not take silence for a loss', async () => {
    expect(await outcome([down], [late(down)])).toBe('BACKEND_UNAVAILABLE');
  });
  it('believes that it is gone from a host that takes part in a reading, and says so again', async () => {
    expect(await outcome([gone, of({ TTL: '' }), gone], [down])).toBe('LEASE_LOST');
  });
  it('does not believe it from a host that is cut off from the others', async () => {
    expect(await outcome([gone, down], [down])).toBe('BACKEND_UNAVAILABLE');
  });
  it('does not believe it from a host that has learned better since', async () => {
    expect(await outcome([gone, of({ TTL: '' }), lives], [down])).toBe('alive');
  });
  it('says at once that the hosts are of two clusters', async () => {
    expect(await outcome([throwError(() => new InvalidOptionsError('two'))], [NEVER])).toBe('INVALID_OPTIONS');
  });
});
