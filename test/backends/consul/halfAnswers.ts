import { type Socket, connect, createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';

/** Between a client and an agent: passes everything on, but ends the connection in the middle of one answer, politely. */
export class HalfAnswers {
  #next: string | undefined;
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly target: number,
  ) {
    server.on('connection', (client: Socket) => this.#join(client, connect(this.target, '127.0.0.1')));
  }
  static async before(target: number): Promise<HalfAnswers> {
    const server = createServer();
    const half = new HalfAnswers(server, target);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return half;
  }
  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Of the next request to this path. */
  next(path: string): void {
    this.#next = path;
  }
  async close(): Promise<void> {
    this.#sockets.forEach((socket) => socket.destroy());
    await new Promise((resolve) => this.server.close(resolve));
  }

  #join(client: Socket, agent: Socket): void {
    let halve = false;
    for (const socket of [client, agent]) this.#sockets.add(socket.on('error', () => undefined));
    client.on('data', (request) => {
      if (this.#next && request.includes(` /v1${this.#next}`)) [halve, this.#next] = [true, undefined];
      agent.write(request);
    });
    agent.on('data', (answer) => {
      if (!halve) return client.write(answer);
      client.end(answer.subarray(0, answer.length - 5));
      return agent.destroy();
    });
    client.on('close', () => agent.destroy());
    agent.on('close', () => client.end());
  }
}
