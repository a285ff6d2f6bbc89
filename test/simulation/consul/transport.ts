import type { EventEmitter } from 'node:events';
import { Subject } from 'rxjs';
import type { MemoryCall, MemoryFaults, Way } from '../../../src/backends/memory/faults.js';
import type { Process } from '../clock.js';
import type { ConsulAgent } from './agent.js';
import type { ConsulServers, Found, Operation } from './servers.js';

/** What npm `consul` hands to its transport. */
interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly body?: unknown;
  readonly timeout: number;
  readonly ctx: EventEmitter;
}
interface Response {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}
type Released = Pick<MemoryCall, 'lease' | 'nonce'>;

const SESSION = 36;
const response = (statusCode: number, body: unknown, index = 0): Response => ({
  statusCode,
  body,
  headers: { 'x-consul-index': String(index) },
});
const failure = (text: string) => response(500, Buffer.from(text));

/** The way from one process to its agent, from there to the servers, and back: HTTP as `consul` speaks it, without its sockets. */
export class ConsulTransport {
  readonly released$ = new Subject<Released>();

  constructor(
    private readonly process: Process,
    private readonly faults: MemoryFaults,
    private readonly agent: ConsulAgent,
    private readonly servers: ConsulServers,
    private readonly chance: () => number,
  ) {}

  /** In the place of a client of npm `consul`. */
  readonly client = {
    kv: {},
    session: {},
    _defaults: {},
    _opts: { baseUrl: { protocol: 'http:' } },
    _request: (request: Request) => this.#sent(request),
  };

  #sent(request: Request): Promise<Response> {
    const { world } = this.process;
    const operations = request.path === '/txn' ? (JSON.parse(String(request.body)) as { KV: Operation }[]).map(({ KV }) => KV) : [];
    const verb = verbOf(request, operations);
    this.#witness(request, operations);
    const { request: there = {}, answer: back = {}, cut } = this.faults.of({ verb, at: this.process.now() });

    return new Promise((resolve, reject) => {
      let leave = () => undefined as void;
      let open = true;
      const settle = (tell: () => void) => {
        if (!open) return;
        open = false;
        waiting.unsubscribe();
        leave();
        tell();
      };
      const fail = (error: () => Error) => settle(() => reject(error()));
      const waiting = world.after(request.timeout, () => fail(timedOut), this.process);
      request.ctx.once('cancel', () => fail(aborted));

      const arrive = (answer: Response) =>
        settle(() => {
          if (cut === 'after') reject(reset());
          else if (answer.statusCode < 400) resolve(answer);
          else reject(Object.assign(new Error(String(answer.statusCode)), { response: answer }));
        });
      const answered = (answer: Response) => this.#way('answers', back, () => world.after(0, () => arrive(answer), this.process));
      const { life } = this.servers;
      const serve = (tell: (answer: Response) => void) => {
        if (cut === 'before' || life !== this.servers.life) world.after(0, () => fail(reset), this.process);
        else leave = this.#served(request, operations, tell);
      };
      this.#way('requests', there, () => serve(answered));
      // Once more, by whatever stands between: not what makes something new. An answer is heard once; its request is what comes again.
      const repeat = (there as typeof back).repeat ?? (verb === 'acquire' ? undefined : back.repeat);
      if (repeat !== undefined && !/create|register$/.test(request.path))
        this.#way('requests', { delay: (there.delay ?? 0) + repeat }, () => serve(() => undefined));
    });
  }

  #way(side: 'requests' | 'answers', { drop = false, delay = 0 }: Way, arrived: () => void): void {
    if (!drop) this.process.world.after(1 + delay, () => this.faults.cuts(side) || arrived());
  }

  /** @returns How to stop waiting. */
  #served(
    { method, path, query, body, timeout }: Request,
    operations: readonly Operation[],
    tell: (answer: Response) => void,
  ): () => void {
    const [, ...parts] = path.split('/');
    const name = decodeURIComponent(parts.at(-1) ?? '');
    const nothing = () => undefined;
    const route = `${method} /${parts.slice(0, 2).join('/')}`;
    if (parts[0] === 'agent') {
      tell(this.#local(parts, name, body));
      return nothing;
    }
    if (!this.agent.isLinked) {
      if (this.chance() < 0.5) tell(failure('rpc error making call: No cluster leader'));
      return nothing; // or it hangs
    }
    if (parts[0] === 'kv') return this.#read(name, query, timeout, tell);
    if (path === '/txn') tell(this.#transacted(operations));
    else if (route === 'PUT /session/create') tell(this.#created(body as Record<string, string>));
    else if (route === 'PUT /session/renew')
      tell(this.servers.renewSession(name) ? response(200, []) : response(404, Buffer.from(`Session id '${name}' not found`)));
    else if (route === 'PUT /session/destroy') {
      this.servers.endSession(name);
      tell(response(200, true));
    } else if (route === 'GET /session/info') tell(response(200, this.servers.sessions.includes(name) ? [{ ID: name }] : []));
    else if (route === 'GET /session/list')
      tell(
        response(
          200,
          this.servers.sessions.map((ID) => ({ ID, Name: this.#names.get(ID) })),
        ),
      );
    else throw new Error(`${route} is not modelled`);
    return nothing;
  }
  readonly #names = new Map<string, string>();

  #local(parts: readonly string[], name: string, body: unknown): Response {
    if (parts[1] === 'check')
      return this.agent.pass(name) ? response(200, null) : failure(`CheckID "${name}" does not have associated TTL`);
    if (parts[2] === 'deregister')
      return this.agent.deregister(name) ? response(200, null) : response(404, Buffer.from('Unknown service'));
    const { ID, Check } = body as { ID: string; Check: { TTL: string } };
    this.agent.register(ID, parseFloat(Check.TTL));
    return response(200, null);
  }
  #created(body: Record<string, unknown>): Response {
    const checks = (body.ServiceChecks as { ID: string }[]).map(({ ID }) => ID);
    const made = this.servers.createSession({
      ttl: parseFloat(body.TTL as string),
      lockDelay: milliseconds(body.LockDelay as string),
      checks,
    });
    if ('wrong' in made) return failure(made.wrong);
    this.#names.set(made.id, body.Name as string);
    return response(200, { ID: made.id });
  }
  #transacted(operations: readonly Operation[]): Response {
    const told = this.servers.transact(operations);
    if ('errors' in told) return response(409, { Errors: told.errors });
    return response(200, { Results: told.results.map((entry) => ({ KV: entry })) });
  }

  #read(key: string, { recurse, index = '0', wait = '0' }: Record<string, string>, timeout: number, tell: (answer: Response) => void) {
    const all = recurse !== undefined;
    const { world } = this.process;
    const now = () => {
      if (!this.servers.isUp) return tell(failure('rpc error making call: EOF'));
      const found: Found = this.servers.find(key, all);
      const { entries } = found;
      tell(response(entries.length > 0 ? 200 : 404, entries.length > 0 ? entries : Buffer.from(''), found.index));
    };
    if (Number(index) === 0 || this.servers.find(key, all).index > Number(index)) {
      now();
      return () => undefined;
    }
    let open = true; // the agent keeps it open when its caller has gone
    const once = () => {
      if (open) [open] = [false, leave(), over.unsubscribe(), spurious?.unsubscribe(), now()];
    };
    const over = world.after(Math.min(milliseconds(wait) * (1 + this.chance() / 16), timeout), once);
    const { answer } = this.faults.of({ verb: 'notify', at: world.time });
    const spurious = answer?.repeat === undefined ? undefined : world.after(answer.repeat, once);
    const leave = this.servers.wait(
      { key, recurse: all, index: Number(index) },
      () => answer?.drop || world.after(answer?.delay ?? 0, once),
    );
    return () => {
      if (open) [open] = [false, leave(), over.unsubscribe(), spurious?.unsubscribe()];
    };
  }

  /** What a claim or a lease loses by this, when it is sent. */
  #witness({ path }: Request, operations: readonly Operation[]): void {
    const [, kind, verb, lease] = path.split('/');
    if (kind === 'session' && verb === 'destroy') this.released$.next({ lease: lease! });
    for (const { Verb, Key } of operations) {
      const name = Key.slice(Key.lastIndexOf('/') + 1);
      if (Verb === 'delete' && name[SESSION] === '.')
        this.released$.next({ lease: name.slice(0, SESSION), nonce: decodeURIComponent(name.slice(SESSION + 1)) });
    }
  }
}

function verbOf({ path }: Request, operations: readonly Operation[]): MemoryCall['verb'] {
  const does = (verb: string) => operations.some(({ Verb }) => Verb === verb);
  if (does('lock')) return 'acquire';
  if (does('delete')) return 'withdraw';
  if (does('cas')) return 'update';
  if (path.endsWith('/register') || path.endsWith('/create')) return 'grant';
  if (/\/(renew|pass)\//.test(path)) return 'renew';
  if (/\/(destroy|deregister)\//.test(path)) return 'revoke';
  return 'read';
}

const milliseconds = (text: string): number => parseFloat(text) * (/\ds$/.test(text) ? 1_000 : 1);
const timedOut = () => Object.assign(new Error('request timed out'), { isTimeout: true });
const aborted = () => Object.assign(new Error('request aborted'), { isAbort: true });
const reset = () => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
