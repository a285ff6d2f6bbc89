import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from './childProcess.js';
import { freePorts } from './ports.js';
import { temporaryFolder } from './temporary.js';
import { until } from './until.js';

export interface ServerOptions {
  readonly name: string;
  readonly program: string;
  readonly args: (dataDir: string) => readonly string[];
  /** Whether it serves requests by now. */
  readonly ready: () => Promise<boolean>;
}

/** A server on this machine that a test may stop, kill, pause and start again; its ports stay the same. */
export class Server {
  readonly name: string;
  readonly dataDir: string;
  readonly #folder: ReturnType<typeof temporaryFolder>;
  readonly #tools = new Set<Child>();
  readonly #options: ServerOptions;
  #child: Child;

  constructor(options: ServerOptions) {
    [this.name, this.#options, this.#folder] = [options.name, options, temporaryFolder(options.name)];
    this.dataDir = join(this.#folder.path, 'data');
    this.#child = this.#launch();
  }

  get pid(): number {
    return this.#child.pid;
  }
  get running(): boolean {
    return this.#child.running;
  }
  /** What it has logged since it was last started. */
  get log(): string {
    return this.#child.output;
  }

  /** Resolves when it serves requests, rejects with its log when it never will. */
  async ready(): Promise<this> {
    await until(`${this.name} is ready`, async () => !this.running || (await this.#options.ready()), 30_000).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.log}`, { cause: error });
    });
    if (!this.running) throw new Error(`${this.name} ended at once:\n${this.log}`);
    return this;
  }

  /** Ends it, the tools that were started beside it, and its data. */
  async stop(): Promise<void> {
    await Promise.all([...this.#tools].map((tool) => tool.stop()));
    await this.#child.kill(); // nobody needs its data any more
    this.#folder.remove();
  }
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void> {
    return this.#child.kill();
  }
  /** SIGSTOP: it keeps its connections and answers nobody. */
  pause(): void {
    this.#child.signal('SIGSTOP');
  }
  resume(): void {
    this.#child.signal('SIGCONT');
  }
  /** Starts it again, ending it first where it still runs. `wait: false` returns before it is ready, as a cluster without a quorum never is. */
  async restart({ keepData = true, wait = true }: { keepData?: boolean; wait?: boolean } = {}): Promise<void> {
    await this.#child.stop();
    if (!keepData) rmSync(this.dataDir, { recursive: true, force: true });
    this.#child = this.#launch();
    if (wait) await this.ready();
  }

  /** A long-running tool, which ends with the server at the latest. */
  protected spawn(program: string, args: readonly string[], env?: NodeJS.ProcessEnv): Child {
    const tool = new Child(program, args, env);
    this.#tools.add(tool);
    void tool.exited.then(() => this.#tools.delete(tool));
    return tool;
  }
  /** What a tool prints, once it has ended well. */
  protected async run(program: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<string> {
    const tool = this.spawn(program, args, env);
    const how = await tool.exited;
    if (how !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${how}:\n${tool.output}`);
    return tool.output;
  }

  #launch(): Child {
    return new Child(this.#options.program, this.#options.args(this.dataDir));
  }
}

/** Starts on ports that were free a moment ago, and on others when somebody was quicker. */
export async function startOnFreePorts<S extends { ready(): Promise<unknown>; stop(): Promise<void> }>(
  count: number,
  start: (...ports: number[]) => S,
  attempts = 5,
): Promise<S> {
  const server = start(...(await freePorts(count)));
  try {
    await server.ready();
    return server;
  } catch (error) {
    await server.stop();
    if (attempts > 1 && /address already in use/i.test(String(error))) return startOnFreePorts(count, start, attempts - 1);
    throw error;
  }
}
