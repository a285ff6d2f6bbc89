import { EventEmitter } from 'node:events';
import type { Observable } from 'rxjs';
import { InvalidOptionsError } from '../../core/errors.js';
import type { Tenure } from '../../core/tenure.js';
import type { ConsulConfig } from './connection.js';
import { Held } from './held.js';
import { type Session, openSession } from './session.js';

export interface LockerOptions {
  /** What the keys begin with: lockers of one name compete. */
  readonly name: string;
  /** How often a session that can't be created is tried again. @default 10 */
  readonly maxRetries?: number;
  /** Seconds between two tries. @default 30 */
  readonly retryInterval?: number;
}

export interface LockerEvents {
  'session.start': [sessionId: string];
  'session.end': [sessionId: string];
  'lock.request': [{ key: string; value: Promise<true> }];
  'lock.response': [{ key: string; value: boolean }];
  'lock.release': [{ key: string }];
}

/** Locks by id under one name, as consul-locker has them: held until `release` or until they are lost. */
export class ConsulLocker extends EventEmitter<LockerEvents> {
  readonly #options: Required<LockerOptions> & { readonly config: ConsulConfig };
  readonly #held = new Map<string, Held>();
  #session: Session | undefined;
  #sessionId: string | undefined;

  /** @throws {InvalidOptionsError} at once. */
  constructor(config: ConsulConfig, { name, maxRetries = 10, retryInterval = 30 }: LockerOptions) {
    super();
    if (typeof name !== 'string' || name === '') throw new InvalidOptionsError('name must be given: the keys begin with it.');
    for (const [option, value] of Object.entries({ maxRetries, retryInterval })) {
      if (!(typeof value === 'number' && value >= 0))
        throw new InvalidOptionsError(`${option} must be a number from 0, but is ${value}.`);
    }
    this.#options = { config, name, maxRetries, retryInterval };
    this.start();
  }

  get sessionId(): string | undefined {
    return this.#sessionId;
  }

  /** Creates a session; a second call does nothing. */
  start(): void {
    this.#session ??= openSession({
      ...this.#options,
      started: (id) => this.emit('session.start', (this.#sessionId = id)),
      ended: (id) => (this.#forget(id), this.emit('session.end', id)),
      failed: () => void this.stop(),
    });
  }

  /** Gives up every lock and the session. Resolves when Consul has nothing of them. */
  async stop(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.end();
  }

  /** Resolves with true when the lock is ours, and as long as it is; rejects with `Already locked`. */
  lock(id: string | number): Promise<true> {
    const key = this.#keyOf(id);
    const held = this.#held.get(key);
    if (held?.stands) return held.answer;
    if (!this.#session) return Promise.reject(ended());
    return this.#request(key, this.#session.tryLock(key, { value: JSON.stringify({ pid: process.pid }) }));
  }
  /** The same, as the manual also calls it. */
  create(id: string | number): Promise<true> {
    return this.lock(id);
  }

  /** Resolves when Consul has released it. What is being asked for is answered first. */
  async release(id: string | number): Promise<true> {
    const key = this.#keyOf(id);
    if (!this.#session) throw ended();
    this.emit('lock.release', { key });
    const held = this.#held.get(key);
    this.#held.delete(key); // whoever asks from now on asks Consul
    await held?.leave();
    return true;
  }

  /** What Consul has under the key of a lock: its value, and the session that holds it. */
  info(id: string | number): Promise<Record<string, unknown> | undefined> {
    return this.#session?.read.key(this.#keyOf(id)) ?? Promise.reject(ended());
  }
  /** What Consul knows of a session, this locker's by default. */
  sessionInfo(sessionId = this.#sessionId ?? ''): Promise<Record<string, unknown> | undefined> {
    return this.#session?.read.session(sessionId) ?? Promise.reject(ended());
  }

  #request(key: string, lock$: Observable<Tenure>): Promise<true> {
    const held: Held = new Held(lock$, () => this.#held.get(key) === held && this.#held.delete(key));
    const respond = (value: boolean) => this.emit('lock.response', { key, value });
    this.#held.set(key, held);
    this.emit('lock.request', { key, value: held.answer });
    held.answer.then(
      () => respond(true),
      () => respond(false),
    );
    return held.answer;
  }
  #forget(id: string): void {
    if (this.#sessionId === id) this.#sessionId = undefined;
  }
  #keyOf(id: string | number): string {
    return `${this.#options.name}/${id}/lock`;
  }
}

const ended = () => new Error('Locking session has ended');
