/** What must not outlive this process, and how to end it synchronously: nothing else runs at exit. */
const cleanups = new Set<() => void>();

/** Returns how to take it back, once it has been cleaned up in good time. */
export function atExit(cleanup: () => void): () => void {
  if (cleanups.size === 0) listen();
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}

let listening = false;
function listen(): void {
  if (listening) return;
  listening = true;
  process.once('exit', () => cleanups.forEach((cleanup) => cleanup()));
  // A signal without a handler ends Node without `exit`; a test runner's own handler may still want to report.
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ] as const) {
    process.once(signal, () => {
      cleanups.forEach((cleanup) => cleanup());
      if (process.listenerCount(signal) === 0) process.exit(128 + number);
    });
  }
}
