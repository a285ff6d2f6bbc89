import { lastValueFrom } from 'rxjs';
import { type Tenure, locker } from '../../../src/index.js';
import { now } from '../harness/clock.js';
import { listen, options, tell } from '../harness/inChild.js';
import { type Address, backendAt } from './stores.js';

/** A writer that looks, and is paused before it writes: nobody can see that pause from inside. */
export type WritingCommand = { do: 'write'; /** Milliseconds, unless it is paused meanwhile. */ slowly: number };
export type WritingFact =
  | { type: 'ready' }
  /** It has looked and holds the lock: from here on it writes. */
  | { type: 'looked'; token: string }
  | { type: 'write'; token: string }
  | { type: 'done'; how: string };

const { address, ttl } = options<{ address: Address; ttl: number }>();
const locks = locker(backendAt(address), { name: 'fencing', ttl });
const say = tell<WritingFact>;

/** In one synchronous run, as if the write took a while to leave; the parent pauses us in it. */
async function write(tenure: Tenure, slowly: number): Promise<void> {
  const token = String(tenure.token);
  if (!tenure.isCurrent()) return;
  say({ type: 'looked', token });
  const end = now() + slowly;
  for (let last = now(), next = last; next < end && next - last < 500; next = now()) last = next; // until it is resumed
  say({ type: 'write', token });
}

listen<WritingCommand>(async ({ slowly }) => {
  const how = await lastValueFrom(
    locks.withLock('register', (tenure) => write(tenure, slowly)),
    { defaultValue: 'done' },
  ).catch((error: { code: string }) => error.code);
  say({ type: 'done', how: String(how) });
});
say({ type: 'ready' });
