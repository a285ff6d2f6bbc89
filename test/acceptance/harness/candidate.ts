import { etcdBackend } from '../../../src/backends/etcd/index.js';
import { type Election, type ElectionOptions, election } from '../../../src/index.js';
import { now } from './clock.js';
import { listen, options, tell } from './inChild.js';

/** A process with as many candidates as it is told to put up, each on a key of its own. */
export type CandidateCommand =
  | { do: 'campaign'; options: Pick<ElectionOptions, 'key' | 'ttl' | 'value'> }
  | { do: 'start' | 'stop' | 'stepDown'; key: string }
  | { do: 'close' };
export type CandidateFact =
  /** `at`: by the clock that all processes share. */
  | { type: 'selected'; key: string; selected: boolean; at: number }
  | { type: 'begins'; what: CandidateCommand['do']; key: string; at: number }
  | { type: 'ends'; what: CandidateCommand['do']; key: string; at: number }
  | { type: 'failed'; key: string; error: string }
  | { type: 'ready' };

const say = tell<CandidateFact>;
const backend = etcdBackend(options<{ hosts: string | string[] }>());
const elections = new Map<string, Election>();

const campaign = (given: ElectionOptions) => {
  const mine = election(backend, given);
  elections.set(given.key, mine);
  mine.isSelected$.subscribe({
    next: (selected) => say({ type: 'selected', key: given.key, selected, at: now() }),
    error: (error: unknown) => say({ type: 'failed', key: given.key, error: String(error) }),
  });
};

listen<CandidateCommand>(async (command) => {
  if (command.do === 'campaign') return campaign(command.options);
  const key = command.do === 'close' ? '' : command.key;
  say({ type: 'begins', what: command.do, key, at: now() });
  if (command.do === 'close') {
    await Promise.all([...elections.values()].map((each) => each.stop()));
    await backend.close();
  } else await elections.get(command.key)?.[command.do]();
  say({ type: 'ends', what: command.do, key, at: now() });
});
say({ type: 'ready' });
