import { type Subscription, Subject } from 'rxjs';
import { type MemoryBackend, type MemoryFaults, MemoryStore, memoryBackend, memoryFaults } from '../../src/backends/memory/index.js';
import { election } from '../../src/index.js';
import { type Candidate, candidate } from './candidate.js';
import type { Cast } from './cast.js';
import { type Told, type What, now } from './told.js';

interface Node {
  readonly backend: MemoryBackend;
  readonly faults: MemoryFaults;
  readonly candidate: Candidate;
  readonly standing: Subscription;
}

/** Everybody in this process: one embedded store, and for each candidate a connection of its own that can be broken. */
export function memoryCast({ key, ttl }: { key: string; ttl: number }): Cast {
  const store = new MemoryStore();
  const observer = memoryBackend({ store });
  const told$ = new Subject<Told>();
  const nodes = new Map<string, Node>();
  const node = (who: string) => nodes.get(who)!;
  const tell = (who: string, what: What) => told$.next({ who, what, at: now() });

  return {
    told$,
    leader$: election(observer, { key, ttl }).leader$,
    stand: (name) => {
      const faults = memoryFaults();
      const backend = memoryBackend({ store, faults });
      const one = candidate(backend, { name, key, ttl });
      nodes.set(name, { backend, faults, candidate: one, standing: one.told$.subscribe((told) => told$.next(told)) });
      return Promise.resolve();
    },
    crash: (name) => {
      tell(name, 'crashed');
      node(name).faults.partition(); // first, so that nothing it would still say gets through
      node(name).standing.unsubscribe();
    },
    stepDown: (name) => void node(name).candidate.stepDown(),
    cutOff: (name) => {
      tell(name, 'cut off');
      node(name).faults.partition();
    },
    reconnect: (name) => {
      tell(name, 'reconnected');
      node(name).faults.heal();
    },
    resign: (name) => void node(name).candidate.resign(),
    close: async () => {
      const all = [...nodes.values()];
      await Promise.all(all.filter(({ standing }) => !standing.closed).map((each) => each.candidate.resign()));
      await Promise.all([...all.map((each) => each.backend.close()), observer.close()]);
    },
  };
}
