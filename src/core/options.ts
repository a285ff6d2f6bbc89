import type { Observable } from 'rxjs';
import type { Clock } from './clock.js';
import { monotonic } from './clock.js';
import { InvalidOptionsError, UnsupportedError } from './errors.js';
import type { Lease } from './lease.js';
import type { Backend, ClaimKind, KindName } from './types.js';

/** How long to wait before standing again: capped exponential, full jitter. Milliseconds. */
export interface BackoffOptions {
  /** Bound of the first pause. @default 100 */
  initial?: number;
  /** Largest bound. @default 10_000 */
  max?: number;
  /** From 0 to 1. @default Math.random */
  random?: () => number;
}

/** What elections, locks and semaphores have in common. Every duration is in milliseconds. */
export interface TimingOptions {
  /** Time after which the store replaces a silent holder, from 1,000 and the backend's own minimum. @default 10_000 */
  ttl?: number;
  /** How long before the store we stop believing, from 100 to ttl / 2. @default ttl / 10, of the granted ttl */
  margin?: number;
  /** Pause between renewals, below (ttl - margin) / 2; by default three in a row may fail. @default ttl / 5, of the granted ttl */
  refreshEvery?: number;
  /** Longest wait, on resigning, for work that a tenure registered. @default ttl */
  grace?: number;
  /** A lease to share: `openLease(…).pipe(refreshLease(…), shareLatest())`. Excludes ttl, margin and refreshEvery. */
  lease$?: Observable<Lease>;
  /** Clock of every timer and deadline. @default monotonic, which also reads the wall */
  scheduler?: Clock;
}

export interface ElectionOptions extends TimingOptions {
  /** Key the nodes compete for. */
  key: string;
  /** This node among the candidates. @default random */
  id?: string;
  /** What this node announces while it is selected, such as its address. @default '' */
  value?: string;
  backoff?: BackoffOptions;
}

export interface LockerOptions extends TimingOptions {
  /** What the locker's keys begin with. @default none */
  name?: string;
}
export interface SemaphoreOptions extends TimingOptions {
  key: string;
  /** How many may hold it at once; the same for everybody. */
  permits: number;
}
export interface ReadWriteLockOptions extends TimingOptions {
  key: string;
}

export interface LockOptions {
  /** Longest wait for our turn, in milliseconds. @default no bound */
  timeout?: number;
  /** What the holder announces. @default '' */
  value?: string;
  /** Alone, among readers, or among up to n. @default 'exclusive' */
  kind?: ClaimKind;
  /** Shares one tenure among equal requests (same verb, id, value and kind) of this locker. @default false */
  share?: boolean;
}
/** What a request for a permit, a read or a write may say: its kind is given. */
export type PermitOptions = Omit<LockOptions, 'kind'>;

const DAY = 86_400_000;
const LONGEST_ID = 1_024;
/** What a timer can wait, in milliseconds. */
export const LONGEST = 2 ** 31 - 1;
const DEFAULT_TTL = 10_000;
export const TIMING = ['ttl', 'margin', 'refreshEvery', 'grace', 'lease$', 'scheduler'] as const;
const ELECTION = ['key', 'id', 'value', 'backoff', ...TIMING] as const;

/**
 * Fills in the defaults and rejects settings that could elect two leaders.
 *
 * `margin` and `refreshEvery` stay undefined where nobody set them: their defaults follow the ttl that is granted.
 * @throws {InvalidOptionsError} at once, naming option, bounds and value: a bad setting is a bug, not an event.
 */
export function electionDefaults(backend: Backend, options: ElectionOptions) {
  known('election', options, ELECTION);
  const { key, id = randomId(), value = '', backoff = {} } = options;
  keyFits(backend, 'key', key);
  idFits(id);
  valueFits(backend, value);
  known('backoff', backoff, ['initial', 'max', 'random']);
  between('backoff.initial', backoff.initial ?? 100, 1, DAY);
  between('backoff.max', backoff.max ?? 10_000, backoff.initial ?? 1, DAY);
  return { key, id, value, backoff, ...timingDefaults(backend, options) };
}

/** @throws {InvalidOptionsError}, {UnsupportedError} at once. */
export function lockDefaults(backend: Backend, key: string, options: LockOptions) {
  known('lock', options, ['timeout', 'value', 'kind', 'share']);
  const { timeout, value = '', kind = 'exclusive', share = false } = options;
  keyFits(backend, 'key', key);
  valueFits(backend, value);
  kindFits(backend, kind);
  if (timeout !== undefined) between('timeout', timeout, 0, DAY);
  return { timeout, value, kind, share };
}

export function timingDefaults({ minTtl }: Pick<Backend, 'minTtl'>, options: TimingOptions) {
  const { ttl = DEFAULT_TTL, margin, refreshEvery, lease$, scheduler = monotonic } = options;
  const shared = (['ttl', 'margin', 'refreshEvery'] as const).find((name) => lease$ && options[name] !== undefined);
  if (shared)
    throw new InvalidOptionsError(`${shared} belongs to the shared lease: leave it out beside lease$, but it is ${options[shared]}.`);
  const { grace = lease$ ? undefined : ttl } = options; // undefined: the ttl of the shared lease
  between('ttl', ttl, Math.max(1_000, minTtl), DAY);
  if (margin !== undefined) between('margin', margin, 100, ttl / 2);
  if (refreshEvery !== undefined) refreshFits(refreshEvery, ttl, margin ?? ttl / 10);
  if (grace !== undefined) between('grace', grace, 0, DAY);
  return { ttl, margin, refreshEvery, grace, lease$, scheduler };
}

/** The relation that lets a renewal fail without a loss; recipes check it when built, operators against what was granted. */
export function refreshFits(every: number, ttl: number, margin: number): void {
  const bound = (ttl - margin) / 2;
  if (!(every > 0 && every < bound)) {
    throw new InvalidOptionsError(
      `refreshEvery must be above 0 and below (ttl - margin) / 2 = ${bound} ms, but is ${every} (ttl ${ttl}, margin ${margin}).`,
    );
  }
}

export function marginFits(margin: number, ttl: number): void {
  between('margin', margin, 0, ttl / 2);
}

export function between(name: string, value: number, low: number, high: number, unit = ' ms'): void {
  if (!(typeof value === 'number' && value >= low && value <= high)) {
    throw new InvalidOptionsError(`${name} must be from ${low} to ${high}${unit}, but is ${String(value)}.`);
  }
}

/** @throws {InvalidOptionsError} for a name that nothing reads: most often a slip of the pen. */
export function known(what: string, options: object, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null) throw new InvalidOptionsError(`${what} needs an options object.`);
  const stray = Object.keys(options).find((name) => !names.includes(name));
  if (stray) throw new InvalidOptionsError(`${what} has no option ${JSON.stringify(stray)}: it has ${names.join(', ')}.`);
}

export function text(name: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') throw new InvalidOptionsError(`${name} must be a string, but is ${typeof value}.`);
  if (/\p{Surrogate}/u.test(value)) throw new InvalidOptionsError(`${name} must be well-formed, but has half of a surrogate pair.`);
}

export function keyFits({ limits }: Pick<Backend, 'limits'>, name: string, key: unknown): asserts key is string {
  text(name, key);
  const [size, most] = [bytes(key), limits?.key ?? Infinity];
  if (size < 1 || size > most) throw new InvalidOptionsError(`${name} must be from 1 to ${most} bytes, but has ${size}.`);
}

/** An id as one segment of a key. Dots alone would be the folder itself or the one above it to whatever reads paths. */
export function segment(id: unknown): string {
  const named = (typeof id === 'string' && id !== '' && isWellFormed(id)) || Number.isFinite(id);
  if (!named) throw new InvalidOptionsError(`id must be a number or a non-empty string of whole characters, but is ${shown(id)}.`);
  return encodeURIComponent(String(id)).replace(/^\.+$/, (dots) => '%2E'.repeat(dots.length));
}

/** An id becomes part of a key. */
function idFits(id: unknown): void {
  text('id', id);
  const [size, most] = [bytes(id), LONGEST_ID];
  if (size < 1 || size > most) throw new InvalidOptionsError(`id must be from 1 to ${most} bytes, but has ${size}.`);
}

export function valueFits({ limits }: Pick<Backend, 'limits'>, value: unknown): asserts value is string {
  text('value', value);
  const [size, most] = [bytes(value), limits?.value ?? Infinity];
  if (size > most) throw new InvalidOptionsError(`value must be at most ${most} bytes for this store, but has ${size}.`);
}

/** @throws {UnsupportedError} at once. */
export function kindFits({ kinds }: Pick<Backend, 'kinds'>, kind: ClaimKind): void {
  const name: KindName = typeof kind === 'string' ? kind : 'permits';
  if (!kinds.includes(name)) throw new UnsupportedError(`This backend has no ${name} claims: it has ${kinds.join(', ')}.`);
  if (typeof kind === 'string') return;
  const { permits } = (kind ?? {}) as Partial<typeof kind>; // null, say, from who has no compiler
  if (!(Number.isInteger(permits) && permits! > 0)) {
    throw new InvalidOptionsError(`permits must be a whole number from 1, but is ${permits}.`);
  }
}

const isWellFormed = (text: string): boolean => !/[\ud800-\udfff]/u.test(text);
const shown = (value: unknown): string => (typeof value === 'string' ? JSON.stringify(value) : `a ${typeof value}`);
const bytes = (text: string): number => new TextEncoder().encode(text).length;

/** 13 characters, 64 bits, that nobody else has; unlike `randomUUID`, also where the page is not served securely. */
export const randomId = (): string => crypto.getRandomValues(new BigUint64Array(1))[0]!.toString(36).padStart(13, '0');
