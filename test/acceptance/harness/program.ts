import { type ChildProcess, spawn } from 'node:child_process';
import { atExit } from '../../servers/atExit.js';

interface Listen {
  /** Index of the first fact that counts. */
  from?: number;
  timeout?: number;
}

/** A process of its own that is told commands and tells facts, over Node's channel. */
export class Program<Command extends object, Fact extends { type: string }> {
  readonly facts: Fact[] = [];
  readonly exited: Promise<number | NodeJS.Signals>;
  #output = '';
  readonly #ears = new Set<() => void>();
  readonly #process: ChildProcess;

  constructor(file: string, options: object = {}) {
    this.#process = spawn(process.execPath, [file, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.#process.on('message', (fact) => {
      this.facts.push(fact as Fact);
      this.#ears.forEach((ear) => ear());
    });
    const note = (chunk: Buffer) => (this.#output = (this.#output + chunk.toString()).slice(-50_000));
    this.#process.stdout?.on('data', note);
    this.#process.stderr?.on('data', note);
    const forget = atExit(() => this.#process.kill('SIGKILL'));
    this.exited = new Promise((resolve) => {
      this.#process.once('exit', (code, signal) => (forget(), resolve(code ?? signal ?? 0)));
    });
  }

  tell(command: Command): void {
    this.#process.send(command);
  }
  /** The first fact of that type that fits, now or later: resolves in the turn in which it is heard. */
  hears<T extends Fact['type']>(
    type: T,
    fits: (fact: Extract<Fact, { type: T }>) => unknown = () => true,
    { from = 0, timeout = 20_000 }: Listen = {},
  ): Promise<Extract<Fact, { type: T }>> {
    const found = () =>
      this.facts.slice(from).find((fact): fact is Extract<Fact, { type: T }> => fact.type === type && Boolean(fits(fact as never)));
    return new Promise((resolve, reject) => {
      const late = () => {
        this.#ears.delete(ear);
        reject(
          new Error(`Not within ${timeout} ms: ${type} ${String(fits)}\n${JSON.stringify(this.facts.slice(-10))}\n${this.#output}`),
        );
      };
      const timer = setTimeout(late, timeout);
      const ear = () => {
        const fact = found();
        if (!fact) return;
        clearTimeout(timer);
        this.#ears.delete(ear);
        resolve(fact);
      };
      this.#ears.add(ear);
      ear();
    });
  }

  /** SIGSTOP. */
  pause(): void {
    this.#process.kill('SIGSTOP');
  }
  resume(): void {
    this.#process.kill('SIGCONT');
  }
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.exited;
  }
}
