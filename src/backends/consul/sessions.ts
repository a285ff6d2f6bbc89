import {
  EMPTY,
  type Observable,
  catchError,
  defer,
  forkJoin,
  from,
  ignoreElements,
  lastValueFrom,
  map,
  mergeMap,
  of,
  throwError,
} from 'rxjs';
import { between } from '../../core/options.js';
import { Pending } from '../../core/pending.js';
import { request } from '../../core/request.js';
import type { Grant, LeaseRef } from '../../core/types.js';
import type { Call, Client } from './client.js';
import type { ConsulSettings } from './options.js';
import { translated } from './translate.js';

/** Consul refuses shorter sessions, and ends one up to two ttls after its last renewal: a backstop beside the check. */
const SHORTEST_SESSION = 10_000;
/** serfHealth ends a session in about 5 s without our being silent: the deadline must come first. */
const MOST_WITH_NODE_HEALTH = 3_000;
const DAY = 86_400_000;
const SERVICE = 'rx-tenure';

/** A lease is a service-bound check, which fails on time, and a session that hangs on it: both are renewed at each beat. */
export class Sessions {
  readonly minTtl: number;
  /** The service of each lease that we have granted and not ended. */
  readonly #services = new Map<string, string>();
  readonly #opening = new Pending();
  readonly #checked: boolean;

  constructor(
    private readonly client: Client,
    private readonly settings: Required<ConsulSettings>,
    /** What a session's name begins with. */
    private readonly label = SERVICE,
  ) {
    this.#checked = settings.liveness === 'check';
    this.minTtl = this.#checked ? 1_000 : SHORTEST_SESSION;
  }

  /** Whether the lease is one of ours. */
  has(id: string): boolean {
    return this.#services.has(id);
  }
  /** Ends every lease that nobody gave back, and those that are still being granted. */
  endAll(): Observable<unknown> {
    return this.#opening.settled.pipe(
      mergeMap(() => [...this.#services.keys()]),
      mergeMap((id) => from(this.#end({ id, ttl: SHORTEST_SESSION })).pipe(catchError(() => EMPTY))), // its ttl ends it
    );
  }

  grant(asked: number): Observable<Grant> {
    return defer(() => {
      between('ttl', asked, this.minTtl, DAY);
      const ttl = this.settings.nodeHealth ? Math.min(asked, MOST_WITH_NODE_HEALTH) : asked;
      return request(
        () => this.#open(ttl),
        (late) => this.#end(late),
      ).pipe(refused());
    });
  }

  /** Both answers, or none: a pass is agent-local and succeeds even when the session is gone. */
  renew(lease: LeaseRef): Observable<unknown> {
    return defer(() => {
      const service = this.#services.get(lease.id);
      const beat = { timeout: patience(lease.ttl) / 2, beat: true }; // so that a hung one is over before the next but one
      const renewed = this.#put({ path: `/session/renew/${lease.id}`, ...beat });
      const passed = service && this.#checked ? this.#put({ path: `/agent/check/pass/${service}`, ...beat }) : of(undefined);
      return forkJoin([renewed, passed]).pipe(refused(lease));
    });
  }

  revoke(lease: LeaseRef): Observable<never> {
    return request(() => this.#end(lease)).pipe(ignoreElements(), refused(lease));
  }

  /** Whether the store still has it. */
  exists({ id }: LeaseRef, timeout: number): Observable<boolean> {
    return this.client.call({ method: 'GET', path: `/session/info/${id}`, query: { consistent: '' }, timeout }).pipe(
      map(({ body }) => Array.isArray(body) && body.length > 0),
      refused(),
    );
  }

  /** Registered and created on the same agent, in this order: a session needs its check to be passing. */
  async #open(ttl: number): Promise<Grant> {
    const name = `${this.label}-${crypto.randomUUID()}`;
    const [timeout, opened] = [patience(ttl), this.#opening.enter()];
    try {
      if (this.#checked) await this.#register(name, ttl);
      const { body } = await lastValueFrom(this.#put({ path: '/session/create', body: this.#session(name, ttl), timeout }));
      const { ID: id } = body as { ID: string };
      this.#services.set(id, name);
      return { id, ttl };
    } catch (error) {
      await this.#undo(name, timeout).catch(() => undefined); // its ttl ends it
      throw error;
    } finally {
      opened();
    }
  }

  #register(name: string, ttl: number): Promise<unknown> {
    const Check = { CheckID: name, TTL: `${ttl}ms`, Status: 'passing', DeregisterCriticalServiceAfter: '1m' };
    const body = { Name: SERVICE, ID: name, Check };
    return lastValueFrom(this.#put({ path: '/agent/service/register', body, timeout: patience(ttl) }));
  }

  #session(name: string, ttl: number) {
    const { lockDelay, nodeHealth } = this.settings;
    return {
      Name: name,
      TTL: `${Math.max(ttl, SHORTEST_SESSION)}ms`,
      LockDelay: lockDelay,
      Behavior: 'delete',
      NodeChecks: nodeHealth ? ['serfHealth'] : [], // left out, it would be serfHealth
      ServiceChecks: this.#checked ? [{ ID: name }] : [],
    };
  }

  /** A session whose check is deregistered is gone at once; one without is looked for by its name. */
  async #undo(name: string, timeout: number): Promise<void> {
    if (this.#checked) return this.#deregister(name, timeout);
    const { body } = await lastValueFrom(
      this.client.call({ method: 'GET', path: '/session/list', query: { consistent: '' }, timeout }),
    );
    for (const { ID, Name } of body as { ID: string; Name: string }[]) {
      if (Name === name) await lastValueFrom(this.#put({ path: `/session/destroy/${ID}`, timeout }));
    }
  }

  async #end({ id, ttl }: LeaseRef): Promise<void> {
    const [service, timeout] = [this.#services.get(id), patience(ttl)];
    await lastValueFrom(this.#put({ path: `/session/destroy/${id}`, timeout }));
    if (service && this.#checked) await this.#deregister(service, timeout);
    this.#services.delete(id);
  }

  async #deregister(service: string, timeout: number): Promise<void> {
    await lastValueFrom(this.#put({ path: `/agent/service/deregister/${service}`, timeout, missing: true }));
  }

  #put(call: Omit<Call, 'method'>) {
    return this.client.call({ method: 'PUT', ...call });
  }
}

/** For one call, in milliseconds. */
const patience = (ttl: number) => Math.min(ttl / 2, 5_000);
const refused = <T>(lease?: LeaseRef) =>
  catchError<T, Observable<never>>((error: unknown) => throwError(() => translated(error, lease)));
