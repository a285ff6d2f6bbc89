import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { Subject, filter, firstValueFrom } from 'rxjs';
import { etcdBackend } from '../../../src/backends/etcd/index.js';
import { type Election, type Tenure, election } from '../../../src/index.js';
import { options, tell } from './inChild.js';
import { PHASES, type Phase } from './phases.js';
import { type Verb, wrapped } from './verbs.js';

/** Subscribes and unsubscribes elections in every phase of a campaign, then says what is left of it in this process. */
export type ChurnCommand = /** A claim has come into the store. */ { put: string } | { do: 'close' };
export type ChurnFact =
  /** Every election has resolved its `stop()`. */
  | { type: 'stopped'; phases: Record<Phase, number> }
  /** What keeps this process alive, at the start and now. */
  | { type: 'closed'; before: string[]; resources: string[] }
  | { type: 'failed'; error: string };

const { hosts, cycles, lanes } = options<{ hosts: string; cycles: number; lanes: number }>();
const say = tell<ChurnFact>;
const commands$ = new Subject<ChurnCommand>();
process.on('message', (command) => commands$.next(command as ChurnCommand));
const backend = etcdBackend({ hosts });
const phases: Record<Phase, number> = { grant: 0, acquire: 0, waiting: 0, held: 0, release: 0 };
const all: Election[] = [];

/** Of a random length, up to a few milliseconds: an unsubscription may come at any moment of a request. */
const aMoment = () => (Math.random() < 0.5 ? turn() : pause(Math.random() * 4));
const held = (mine: Election) => firstValueFrom(mine.tenure$.pipe(filter((tenure): tenure is Tenure => tenure !== null)));

/** Resolves when our claim on the key has come into the store. */
const queued = (key: string) => {
  const fits = (command: ChurnCommand) => 'put' in command && command.put.startsWith(`${key}/`) && command.put.endsWith('~mine');
  return firstValueFrom(commands$.pipe(filter(fits)));
};

async function lane(i: number): Promise<void> {
  const key = `churn/${i}`;
  let listener: (verb: Verb) => void = () => undefined;
  const store = wrapped(backend, (verb, call$) => (listener(verb), call$));
  const reached = (wanted: Verb) => new Promise<void>((resolve) => (listener = (verb) => verb === wanted && resolve()));
  const mine = election(store, { key, id: 'mine', ttl: 10_000, backoff: { initial: 1, max: 10 } });
  const blocker = election(backend, { key, id: 'blocker', ttl: 10_000, backoff: { initial: 1, max: 10 } });
  all.push(mine, blocker);
  const campaign = () => mine.isSelected$.subscribe();
  const leaveAt = async (verb: Verb) => {
    await mine.stop(); // so that this is an attempt of its own
    const asked = reached(verb);
    const subscription = campaign();
    await asked;
    await aMoment();
    subscription.unsubscribe();
  };

  const cycle: Record<Phase, () => Promise<void>> = {
    grant: () => leaveAt('grant'),
    acquire: () => leaveAt('acquire'),
    waiting: async () => {
      await mine.stop();
      const blocking = blocker.tenure$.subscribe();
      await held(blocker);
      const inQueue = queued(key);
      const subscription = campaign();
      await inQueue;
      await aMoment();
      subscription.unsubscribe();
      blocking.unsubscribe();
    },
    held: async () => {
      const subscription = campaign();
      await held(mine);
      if (Math.random() < 0.5) await aMoment();
      subscription.unsubscribe();
    },
    release: async () => {
      const asked = reached('withdraw');
      const subscription = campaign();
      await held(mine);
      subscription.unsubscribe();
      await asked;
      const again = campaign();
      await aMoment();
      again.unsubscribe();
    },
  };
  for (let c = 0; c < cycles / lanes; c++) {
    const phase = PHASES[(c + i) % PHASES.length]!;
    await cycle[phase]();
    phases[phase]++;
  }
}

async function churn(): Promise<void> {
  await turn(); // what starting a process needs is over
  const before = process.getActiveResourcesInfo();
  await Promise.all(Array.from({ length: lanes }, (_, i) => lane(i)));
  await Promise.all(all.map((each) => each.stop()));
  const told = firstValueFrom(commands$.pipe(filter((command) => 'do' in command)));
  say({ type: 'stopped', phases });
  await told;
  await backend.close();
  // A socket that has been ended is gone a few turns later.
  for (let i = 0; i < 20 && process.getActiveResourcesInfo().length > before.length; i++) await turn();
  say({ type: 'closed', before, resources: process.getActiveResourcesInfo() });
  process.disconnect(); // from here on, only something left behind keeps this process
}
process.on('unhandledRejection', (error) => say({ type: 'failed', error: String(error) }));
void churn().catch((error: unknown) => say({ type: 'failed', error: String(error) }));
