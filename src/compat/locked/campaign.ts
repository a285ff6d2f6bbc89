import { type Observable, delayWhen, filter, map, merge, mergeMap, of, take, timer } from 'rxjs';
import { etcdBackend } from '../../backends/etcd/index.js';
import { type Election, election as elected } from '../../recipes/election.js';
import type { ElectionEvent } from '../../recipes/events.js';
import { type Hosts, backendOptions } from './hosts.js';

interface CampaignOptions {
  readonly hosts: Hosts;
  readonly key: string;
  readonly id: string;
  readonly value: string;
  /** Milliseconds. */
  readonly ttl: number;
}

/** From `start` to `stop`: an election on connections of its own. */
export class Campaign {
  readonly election: Election;
  /** In the old order: change, select, ping. */
  readonly events$: Observable<ElectionEvent>;
  /** Resigns and disconnects: nothing is left, neither in etcd nor in this process. */
  readonly end: () => Promise<void>;

  /** @throws {Error} at once, for settings that can't work. */
  constructor({ hosts, ttl, ...candidate }: CampaignOptions) {
    const backend = etcdBackend(backendOptions(hosts));
    const mine = elected(backend, { ...candidate, ttl });
    this.election = mine;
    this.events$ = mine.events$.pipe(mergeMap((event) => of(event).pipe(delayWhen(() => when(event, mine, ttl)))));
    this.end = async () => {
      await mine.stop();
      await backend.close();
    };
  }
}

/** The store may name us before we have proven that we lead: a ping that does comes after `select`, if there is one. */
const when = (event: ElectionEvent, election: Election, ttl: number): Observable<unknown> => {
  if (event.type !== 'ping' || event.leader.id !== election.id || election.isSelected()) return of(0);
  const selected$ = election.events$.pipe(filter(({ type }) => type === 'select'));
  return merge(selected$, timer(ttl / 4)).pipe(take(1), map(() => 0)); // prettier-ignore
};
