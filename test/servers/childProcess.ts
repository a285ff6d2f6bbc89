import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { atExit } from './atExit.js';
import { until } from './until.js';

/** Linux ends the program with us even when we get no chance to: a test worker may be killed. */
const withUs = ['/usr/bin/setpriv', '/bin/setpriv']
  .filter(existsSync)
  .slice(0, 1)
  .flatMap((setpriv) => [setpriv, '--pdeathsig', 'KILL', '--']);

/** A program of its own, which ends with this process at the latest. */
export class Child {
  readonly pid: number;
  /** Resolves with the exit code, or with the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
  #output = '';
  #running = true;
  readonly #process: ChildProcess;

  constructor(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const [command, ...rest] = [...withUs, program, ...args] as [string, ...string[]];
    // A process group of its own: Ctrl-C is for us, and we end it in our own order.
    this.#process = spawn(command, rest, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.pid = this.#process.pid ?? 0;
    const note = (chunk: Buffer) => (this.#output = (this.#output + chunk.toString()).slice(-200_000));
    this.#process.stdout?.on('data', note);
    this.#process.stderr?.on('data', note);
    const forget = atExit(() => this.#killGroup());
    this.exited = new Promise((resolve) => {
      const ended = (how: number | NodeJS.Signals) => ((this.#running = false), forget(), resolve(how));
      this.#process.once('error', (error) => (note(Buffer.from(String(error))), ended(127)));
      this.#process.once('exit', (code, signal) => ended(code ?? signal ?? 0));
    });
  }

  get running(): boolean {
    return this.#running;
  }
  /** Everything that it has printed, the newest 200,000 characters. */
  get output(): string {
    return this.#output;
  }

  /** Resolves with what matched, as soon as it has been printed. */
  saw(pattern: RegExp, timeout = 20_000): Promise<RegExpExecArray> {
    return until(
      `${pattern} in the output of ${this.#process.spawnargs.join(' ')}:\n${this.#output}`,
      () => pattern.exec(this.#output),
      timeout,
    );
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#running) this.#process.kill(signal);
  }

  /** SIGTERM, and SIGKILL when that takes too long. Also ends a paused program. */
  async stop(patience = 3_000): Promise<void> {
    this.signal('SIGTERM');
    this.signal('SIGCONT');
    const impatient = setTimeout(() => this.#killGroup(), patience);
    await this.exited;
    clearTimeout(impatient);
  }

  async kill(): Promise<void> {
    this.#killGroup();
    await this.exited;
  }

  /** With what it has started itself, as `consul lock` does. */
  #killGroup(): void {
    if (!this.#running || this.pid === 0) return;
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // it has ended, and we are about to hear of it
    }
  }
}
