import type { ILeaseKeepAliveResponse } from 'etcd3';
import { type Observable, catchError, from, last, map, mergeMap, of, scan, takeWhile, throwError } from 'rxjs';
import { LeaseLostError, isTenureError } from '../../core/errors.js';
import type { LeaseRef } from '../../core/types.js';
import type { Cluster } from './cluster.js';
import { LONGEST, type Member, type Send } from './member.js';
import { wasRefused } from './translate.js';
import { decimal } from './wire.js';

/** What a host came to: the lease lives, it is gone, or why it can't say. */
type Outcome = { readonly is: 'alive' | 'gone' } | { readonly is: 'unknown'; readonly why: unknown };
const rank = { unknown: 0, gone: 1, alive: 2 };

/**
 * One renewal, asked of all hosts side by side, so that one that hangs holds up nobody. The first that says the lease lives
 * is believed: a deposed leader may say so for a moment, but its successor keeps every lease for a whole ttl more.
 *
 * @throws {LeaseLostError} as a notification, when no host says that it lives, and one in touch with the others says it is gone.
 */
export function keepAlive(cluster: Pick<Cluster, 'members' | 'askAt'>, lease: LeaseRef): Observable<unknown> {
  const patience = Math.min(lease.ttl / 4, LONGEST);
  const ask = (member: Member): Observable<Outcome> =>
    cluster.askAt(member, beat(lease), patience).pipe(
      mergeMap((answer) => (lives(answer) ? of({ is: 'alive' as const }) : inquire(member, lease, patience))),
      catchError((why: unknown) => (isMisconfigured(why) ? throwError(() => why) : of({ is: 'unknown' as const, why }))),
    );
  return from(cluster.members).pipe(
    mergeMap(ask),
    scan((best, next) => (rank[next.is] > rank[best.is] ? next : best)),
    takeWhile(({ is }) => is !== 'alive', true),
    last(),
    map((best) => {
      if (best.is === 'gone') throw new LeaseLostError(lease, 'revoked');
      if (best.is === 'unknown') throw best.why;
      return undefined;
    }),
  );
}

/** A stream for each beat: it goes to any host, and has a deadline of its own. */
const beat =
  ({ id }: LeaseRef): Send<ILeaseKeepAliveResponse> =>
  async ({ leaseClient }, options) => {
    const stream = await leaseClient.leaseKeepAlive(options);
    return new Promise((resolve, reject) => {
      stream.on('error', reject);
      stream.on('end', () => reject(new Error('The stream ended without an answer.')));
      stream.on('data', (answer) => {
        resolve(answer);
        stream.end();
      });
      stream.write({ ID: decimal(id) });
    });
  };
const lives = ({ TTL }: ILeaseKeepAliveResponse) => Number(TTL) > 0;
const isMisconfigured = (error: unknown) => isTenureError(error) && error.code === 'INVALID_OPTIONS';

/** A host cut off from the others may never have heard of the lease: only one that takes part in a reading is asked once more. */
const inquire = (member: Member, lease: LeaseRef, patience: number): Observable<Outcome> =>
  member
    .call(({ kv }, options) => kv.range({ key: Buffer.from([0]), count_only: true }, options), patience)
    .pipe(
      catchError((error: unknown) => (wasRefused(error) ? of(undefined) : throwError(() => error))), // denied, after it took part
      mergeMap(() => member.call(beat(lease), patience)),
      map((answer) => ({ is: lives(answer) ? 'alive' : 'gone' })),
    );
