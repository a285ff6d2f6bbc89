/** The far end of a {@link Program}: what it was started with, what it is told, and what it tells. */
export const options = <T>(): T => JSON.parse(process.argv[2] ?? '{}') as T;
export const tell = <Fact extends object>(fact: Fact): void => void process.send?.(fact);

/** A process that nobody listens to any more ends. */
export function listen<Command extends object>(obey: (command: Command) => unknown): void {
  process.on('message', (command) => void obey(command as Command));
  process.on('disconnect', () => process.exit());
}
