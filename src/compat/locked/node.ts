import { EventEmitter } from 'node:events';
import type { Subscription } from 'rxjs';
import { isTenureError } from '../../core/errors.js';
import { randomId } from '../../core/options.js';
import type { ElectionEvent } from '../../recipes/events.js';
import { Campaign } from './campaign.js';
import type { Hosts } from './hosts.js';

export interface LockedOptions {
  /** This node. @default random */
  readonly id?: string | number;
  /** The key that the nodes compete for. */
  readonly path: string;
  /** What this node writes to it; told as a string. */
  readonly value: string | number;
  /** Seconds after which a silent leader is replaced. @default 10 */
  readonly ttl?: number;
}

export interface LockedEvents {
  /** Another leader, on every node. */
  change: [value: string, id: string];
  /** This node leads. */
  select: [value: string, id: string];
  /** It does no longer: once a loss, also on `stop`. */
  deselect: [];
  /** Our leadership was renewed. */
  refresh: [value: string, id: string];
  /** The leader was confirmed, on every node. */
  ping: [value: string, id: string];
  /** Trouble with etcd. It is tried again by itself, unless a retry can't mend it: then the node has stopped. */
  error: [error: unknown];
}

/** One candidate, as npm `locked` has it: an election behind the old methods and events. */
export class LockedNode extends EventEmitter<LockedEvents> {
  readonly #hosts: Hosts;
  readonly #given: LockedOptions;
  readonly #id: string | number;
  #running: { readonly campaign: Campaign; readonly events: Subscription } | undefined;

  /** @throws {Error} at once, without a path or a value. */
  constructor(hosts: Hosts, options: Partial<LockedOptions>) {
    super();
    const { path, value, id } = options;
    if (!path) throw new Error('path must be specified');
    if (value === undefined || value === null || value === '') throw new Error('value must be specified');
    [this.#hosts, this.#given, this.#id] = [hosts, { ...options, path, value }, id || randomId()];
  }

  /** Competes, until `stop`; a second call does nothing more. `done` is called once, when a leader is known. */
  start(done?: () => void): void {
    if (done) this.prependOnceListener('ping', () => done());
    if (this.#running) return;
    const { path, value, ttl } = this.#given;
    try {
      const candidate = { key: path, id: String(this.#id), value: String(value), ttl: (ttl || 10) * 1_000 };
      const campaign = new Campaign({ hosts: this.#hosts, ...candidate });
      const events = campaign.events$.subscribe((event) => this.#tell(event));
      this.#running = { campaign, events };
      campaign.election.start();
    } catch (error) {
      process.nextTick(() => this.#fail(error)); // heard also by a listener that is added after start
    }
  }

  /** Gives the leadership up at once. Resolves when etcd holds nothing of this node and nothing keeps the process. */
  async stop(): Promise<void> {
    const running = this.#running;
    const ended = running?.campaign.end().catch((error: unknown) => this.#fail(error)); // deselect is told in this call
    this.#running = undefined;
    running?.events.unsubscribe();
    await ended;
  }

  /** Who leads, as far as this node knows. */
  id(): string | null {
    return this.#running?.campaign.election.leader()?.id ?? null;
  }
  /** What the leader wrote. */
  value(): string | null {
    return this.#running?.campaign.election.leader()?.value ?? null;
  }
  isSelected(): boolean {
    return this.#running?.campaign.election.isSelected() ?? false;
  }
  localid(): string | number {
    return this.#id;
  }
  localvalue(): string | number {
    return this.#given.value;
  }
  /** `id:::value` */
  localdata(): string {
    return `${this.#id}:::${this.#given.value}`;
  }

  #tell(event: ElectionEvent): void {
    if (event.type === 'change' && event.leader) this.emit('change', event.leader.value, event.leader.id);
    if (event.type === 'select' || event.type === 'refresh') this.emit(event.type, String(this.#given.value), String(this.#id));
    if (event.type === 'deselect') this.emit('deselect');
    if (event.type === 'ping') this.emit('ping', event.leader.value, event.leader.id);
    if (event.type === 'error') this.#fail(event.error);
  }

  /** Without a listener Node would end the process. */
  #fail(error: unknown): void {
    if (!isTenureError(error) || !error.retryable) void this.stop();
    if (this.listenerCount('error') > 0) this.emit('error', error);
  }
}
