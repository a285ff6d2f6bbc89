import { setTimeout as pause } from 'node:timers/promises';

/** Asks `check` every 20 ms until it answers something truthy; a failing check is a no. */
export async function until<T>(what: string, check: () => Promise<T> | T, timeout = 20_000): Promise<NonNullable<T>> {
  const end = performance.now() + timeout;
  for (let reason: unknown; ; await pause(20)) {
    const answer = await Promise.resolve()
      .then(check)
      .catch((error: unknown) => void (reason = error));
    if (answer) return answer;
    if (performance.now() > end) throw new Error(`Not within ${timeout} ms: ${what}.`, { cause: reason });
  }
}
