import { setTimeout as pause } from 'node:timers/promises';
import { ReplaySubject, filter, firstValueFrom, fromEvent, takeUntil, throwError, timeout } from 'rxjs';
import type { Cast } from './cast.js';
import { type Told, now } from './told.js';

/** From one leader to the next. */
export interface HandOver {
  readonly why: string;
  readonly from: string;
  readonly to: string;
  /** Milliseconds from what was done until `true` at the next leader. */
  readonly took: number;
  /** Milliseconds for which nobody believed: the one had stopped before the other began. */
  readonly lead?: number;
}

interface Act {
  readonly why: string;
  readonly happens: (leader: string) => void;
  /** When somebody else has led for a moment. */
  readonly afterwards?: (former: string) => void;
}

const MOMENT = 700; // milliseconds, long enough to be seen
const PATIENCE = 15_000;

/** Everything that can happen to a leader, one after the other; tells each hand-over. Ends early, by rejecting, on `signal`. */
export async function story(
  cast: Cast,
  names: readonly string[],
  tell: (handOver: HandOver) => void,
  signal: AbortSignal,
): Promise<void> {
  const acts: readonly Act[] = [
    { why: 'crash', happens: (leader) => cast.crash(leader), afterwards: (former) => void cast.stand(former) },
    { why: 'stepDown()', happens: (leader) => cast.stepDown(leader) },
    { why: 'partition', happens: (leader) => cast.cutOff(leader), afterwards: (former) => cast.reconnect(former) },
    { why: 'stop()', happens: (leader) => cast.resign(leader) },
  ];
  const past$ = new ReplaySubject<Told>(Infinity);
  cast.told$.subscribe(past$);
  const late = () => new Error(`Nobody has taken over within ${PATIENCE / 1000} s: is the store still there?`);
  const left$ = fromEvent(signal, 'abort');
  const since = (at: number, what: Told['what']) =>
    firstValueFrom(
      past$.pipe(
        filter((told) => told.what === what && told.at >= at),
        timeout({ first: PATIENCE, with: () => throwError(late) }),
        takeUntil(left$),
      ),
    );
  const scene = (moments: number) => pause(moments * MOMENT, undefined, { signal });

  const began = now();
  await Promise.all(names.map((name) => cast.stand(name)));
  let { who: leader } = await since(began, 'leads');
  for (const { why, happens, afterwards } of acts) {
    await scene(2);
    const at = now();
    happens(leader);
    const next = await since(at, 'leads');
    const lost = why === 'partition' ? await since(at, 'lost') : undefined;
    tell({ why, from: leader, to: next.who, took: next.at - at, ...(lost && { lead: next.at - lost.at }) });
    await scene(1);
    afterwards?.(leader);
    leader = next.who;
  }
  await scene(2);
}
