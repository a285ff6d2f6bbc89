import { type Observable, delayWhen, filter, map, merge, mergeMap, of, take, timer } from 'rxjs';
import { etcdBackend } from '../../backends/etcd/index.js';
import { type Election, election } from '../../recipes/election.js';
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
    const mine = election(backend, { ...candidate, ttl });
    this.election = mine;
    this.events$ = mine.events$.pipe(mergeMap((event) => of(event).pipe(delayWhen(() => when(event, mine, ttl)))));
    this.end = async () => {
      await mine.stop();
      await backend.close();
    };
  }
}

/** The store may name us before we have proven that we lead: a ping that does comes after `select`, if there is one. */
const when = (event: ElectionEvent, { id, isSelected, events$ }: Election, ttl: number): Observable<unknown> => {
  if (event.type !== 'ping' || event.leader.id !== id || isSelected()) return of(0);
  const selected$ = events$.pipe(filter(({ type }) => type === 'select'));
  return merge(selected$, timer(ttl / 4)).pipe(take(1), map(() => 0)); // prettier-ignore
};
