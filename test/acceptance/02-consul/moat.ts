import { type Socket as Datagrams, createSocket } from 'node:dgram';
import { type Server, type Socket, connect, createServer } from 'node:net';

/** Where a server really is, and where it says that it is: the moat lies between. */
export const BEHIND = '127.0.0.2';
export const BEFORE = '127.0.0.3';

/** The only way from a client agent to its server, over TCP and UDP, until it is cut: then nothing passes, and nothing is refused. */
export class Moat {
  #cut = false;
  readonly #listeners: (Server | Datagrams)[] = [];
  readonly #sockets = new Set<Socket | Datagrams>();

  static async around(ports: readonly number[]): Promise<Moat> {
    const moat = new Moat();
    for (const port of ports) await Promise.all([moat.#streams(port), moat.#packets(port)]);
    return moat;
  }
  cut(): void {
    this.#cut = true;
  }
  close(): Promise<unknown> {
    for (const socket of this.#sockets) {
      if ('destroy' in socket) socket.destroy();
      else socket.close();
    }
    return Promise.all(this.#listeners.map((each) => new Promise<void>((resolve) => void each.close(() => resolve()))));
  }

  #streams(port: number): Promise<unknown> {
    const listener = createServer((near) => {
      const far = connect(port, BEHIND);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        // prettier-ignore
        this.#sockets.add(from);
        from.on('error', () => undefined);
        from.on('data', (chunk) => void (this.#cut || to.write(chunk)));
        from.on('close', () => void (this.#cut || to.destroy()));
      }
    });
    this.#listeners.push(listener);
    return new Promise<void>((resolve, reject) => listener.once('error', reject).listen(port, BEFORE, resolve));
  }

  #packets(port: number): Promise<unknown> {
    const near = createSocket('udp4');
    const ways = new Map<string, Datagrams>();
    near.on('message', (packet, from) => {
      const known = ways.get(`${from.port}`);
      const far = known ?? createSocket('udp4');
      if (!known) {
        ways.set(`${from.port}`, far);
        this.#sockets.add(far);
        far.on('message', (answer) => void (this.#cut || near.send(answer, from.port, from.address)));
      }
      if (!this.#cut) far.send(packet, port, BEHIND);
    });
    this.#listeners.push(near);
    return new Promise<void>((resolve) => near.bind(port, BEFORE, resolve));
  }
}
