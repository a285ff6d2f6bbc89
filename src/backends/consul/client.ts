import { EventEmitter } from 'node:events';
import { Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import Consul from 'consul';
import { Observable } from 'rxjs';
import { Flow } from '../../core/flow.js';
import type { ConsulConnection } from './options.js';

/** One call: `query` and `body` as Consul's HTTP API has them. */
export interface Call {
  readonly method: 'GET' | 'PUT';
  readonly path: string;
  readonly query?: Record<string, string>;
  readonly body?: unknown;
  /** Milliseconds: papi has no default, and waits for ever for an answer that was cut off in its middle. */
  readonly timeout: number;
  /** Over the connection that is kept for heartbeats. */
  readonly beat?: boolean;
  /** What is answered for 404. */
  readonly missing?: unknown;
}
export interface Answer {
  readonly body: unknown;
  /** Of what was read; grows with each change of it, and falls when the store lost its data. */
  readonly index: number;
}

/** What we use of npm `consul` that its types don't tell: the transport under the methods. */
type Response = IncomingMessage & { body?: unknown };
interface Transport {
  _request(request: object): Promise<Response>;
  _defaults?: { token?: string; dc?: string };
  _opts: { baseUrl: { protocol: string }; agent?: HttpAgent };
}

/** Sockets in all: one beats, and at most six of the others wait in blocking queries. */
const BEATING = 1;
const OTHERS = 7;
/** So many leases beat at once that one connection is too slow for them. */
const CROWD = 4;

/** The edge: everything that npm `consul` leaves open is closed here. */
export class Client {
  readonly #client: Transport;
  readonly #beats: HttpAgent;
  readonly #others: HttpAgent;
  readonly #ours: HttpAgent[] = [];
  readonly #open = new Set<EventEmitter>();
  #closed = false;
  /** More would only wait for a connection, each with its timeout running. */
  readonly #flow = new Flow(OTHERS);

  constructor(client: Consul) {
    this.#client = client as unknown as Transport;
    [this.#beats, this.#others] = [this.#pool(BEATING), this.#pool(OTHERS)];
  }

  /**
   * Unsubscribing cancels the call; whoever writes must not (`request` in core waits instead). Rejections are the
   * client's own, with the response's status and body.
   */
  call(call: Call): Observable<Answer> {
    const waits = call.beat || call.query?.index !== undefined; // on a connection of its own, or for a change
    return waits ? this.#sent(call) : this.#flow.admit(this.#sent(call));
  }

  #sent({ method, path, query, body, timeout, missing, beat = false }: Call): Observable<Answer> {
    return new Observable((subscriber) => {
      if (this.#closed) return subscriber.error(new Error('closed'));
      const ctx = new EventEmitter(); // one for each: papi leaves its listeners behind
      const { token, dc } = this.#client._defaults ?? {};
      const sent = this.#client._request({
        method,
        path,
        query: { ...(dc && { dc }), ...query },
        headers: token ? { 'x-consul-token': token } : {},
        ...(body !== undefined && { type: 'json', body }),
        timeout,
        ctx,
        agent: beat && waiting(this.#beats) < CROWD ? this.#beats : this.#others,
      });
      const told = (response: Response, body: unknown) => {
        subscriber.next({ body, index: Number(response.headers['x-consul-index'] ?? 0) });
        subscriber.complete();
      };
      this.#open.add(ctx);
      sent
        .finally(() => this.#open.delete(ctx))
        .then(
          (response) => told(response, response.body),
          (error: { response?: Response }) =>
            error.response?.statusCode === 404 && missing !== undefined ? told(error.response, missing) : subscriber.error(error),
        );
      return () => ctx.emit('cancel');
    });
  }

  /** Ends our connections; the client itself belongs to whoever made it. */
  close(): void {
    this.#closed = true; // what waits to be let in stays outside
    this.#open.forEach((ctx) => ctx.emit('cancel')); // also what still waits for a connection
    this.#ours.forEach((pool) => pool.destroy());
  }

  /** As the given client's own agent is, certificates and all, but ours to bound and to end. One of another kind, such as a proxy's, is used as it is. */
  #pool(maxSockets: number): HttpAgent {
    const { agent, baseUrl } = this.#client._opts;
    const Agent = baseUrl.protocol === 'https:' ? HttpsAgent : HttpAgent;
    if (agent && agent.constructor !== Agent) return agent;
    const { options } = { ...agent } as { options?: object };
    const pool = new Agent({ ...options, keepAlive: true, maxSockets, maxTotalSockets: maxSockets });
    this.#ours.push(pool);
    return pool;
  }
}

const waiting = ({ requests }: HttpAgent) => Object.values(requests).reduce((sum, each) => sum + (each?.length ?? 0), 0);

/** `token` and `dc` are read from `defaults` alone. */
export const connect = ({ token, dc, ...options }: ConsulConnection): Consul =>
  new Consul({ ...options, defaults: { ...(token && { token }), ...(dc && { dc }) } });
