import { type ConsulBackendOptions, consulBackend } from '../../../src/backends/consul/index.js';
import { type Election, type ElectionOptions, election } from '../../../src/index.js';
import { now } from '../harness/clock.js';
import { listen, options, tell } from '../harness/inChild.js';

/** A process with as many candidates as it is told to put up, all over one agent. */
export type CandidateCommand = { do: 'campaign'; options: Pick<ElectionOptions, 'key' | 'ttl'> } | { do: 'stop'; key: string };
export type CandidateFact =
  { type: 'selected'; key: string; selected: boolean; at: number } | { type: 'stopped'; key: string } | { type: 'ready' };

const say = tell<CandidateFact>;
const backend = consulBackend(options<ConsulBackendOptions>());
const elections = new Map<string, Election>();

listen<CandidateCommand>(async (command) => {
  if (command.do === 'stop') {
    await elections.get(command.key)?.stop();
    return say({ type: 'stopped', key: command.key });
  }
  const { options } = command;
  const mine = election(backend, options);
  elections.set(options.key, mine);
  return mine.isSelected$.subscribe((selected) => say({ type: 'selected', key: options.key, selected, at: now() }));
});
say({ type: 'ready' });
