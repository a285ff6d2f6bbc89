import { InvalidOptionsError } from '../../core/errors.js';
import type { Claim, Leader, LeaseRef } from '../../core/types.js';

/** A key of Consul's store. */
export interface Entry {
  readonly key: string;
  readonly value: string;
  /** Who has locked it. */
  readonly session: string | undefined;
  /** Grows with each creation: the order of the queue. */
  readonly createIndex: number;
  /** Grows with each write of whatever key, also across a deletion: `.lock`'s is the token. */
  readonly modifyIndex: number;
}

/** What lies directly under one key of ours: who holds it, and who stands in line, the oldest first. */
export interface Queue {
  readonly lock: Entry | undefined;
  readonly claims: readonly Entry[];
}
export const EMPTY_QUEUE: Queue = { lock: undefined, claims: [] };

/** As Consul's HTTP API writes it. */
export interface RawEntry {
  Key: string;
  Value: string | null;
  Session?: string;
  CreateIndex: number;
  ModifyIndex: number;
}

export const entryOf = ({ Key, Value, Session, CreateIndex, ModifyIndex }: RawEntry): Entry => ({
  key: Key,
  // When it is asked for: most of what a blocking query brings is known.
  get value() {
    return Buffer.from(Value ?? '', 'base64').toString();
  },
  session: Session || undefined,
  createIndex: CreateIndex,
  modifyIndex: ModifyIndex,
});

/** `consul lock` refuses a key without it. As text: it does not fit a double. */
export const LOCK_FLAG = '3304740253564472344';

/** @throws {InvalidOptionsError} for a key that Consul's HTTP API redirects. */
export function folderOf(prefix: string, key: string): string {
  if (`${prefix}${key}`.startsWith('/'))
    throw new InvalidOptionsError(`key must not begin with a slash, but is ${JSON.stringify(key)}.`);
  return `${prefix}${key}/`;
}
export const lockOf = (folder: string): string => `${folder}.lock`;
/** The last segment of a claim's queue key, and the value of the `.lock` that it holds. */
export const nameOf = (lease: LeaseRef, { nonce }: Pick<Claim, 'nonce'>): string => `${lease.id}.${encodeURIComponent(nonce)}`;

const SESSION = 36;
/** Direct children only: `jobs` and `jobs/nightly` are two elections. */
export function queueOf(folder: string, entries: readonly Entry[]): Queue {
  const ours = ({ key, session }: Entry) =>
    session !== undefined && key.startsWith(`${folder}${session}.`) && !key.includes('/', folder.length + SESSION);
  return {
    lock: entries.find(({ key }) => key === lockOf(folder)),
    claims: entries.filter(ours).sort((one, other) => one.createIndex - other.createIndex),
  };
}

/** Whether nobody has come, gone or written in between: what a change of any key would show. */
export const sameQueue = (one: Queue | undefined, other: Queue | undefined): boolean =>
  one !== undefined &&
  one.lock?.modifyIndex === other?.lock?.modifyIndex &&
  one.claims.length === other?.claims.length &&
  one.claims.every(({ modifyIndex }, i) => modifyIndex === other.claims[i]?.modifyIndex);
/** Once a lock is given back, as it was written then: another may hold it by now. */
export const unlocked =
  (index: number) =>
  ({ lock, claims }: Queue): Queue => ({ lock: lock?.modifyIndex === index ? undefined : lock, claims });
/** Once a claim is gone, with the lock that it holds. */
export const without =
  (place: { readonly key: string; readonly name: string }) =>
  ({ lock, claims }: Queue): Queue => ({
    lock: lock?.value === place.name ? undefined : lock,
    claims: claims.filter(({ key }) => key !== place.key),
  });

interface Announcement {
  id: string;
  value: string;
  kind: 'exclusive';
}
export const announce = (id: string, value: string): string => JSON.stringify({ id, value, kind: 'exclusive' } satisfies Announcement);

/** `.lock` names the claim; who is named by none is a stock tool, known by its session. */
export function leaderOf(folder: string, { lock, claims }: Queue): Leader | null {
  if (!lock?.session) return null;
  const token = BigInt(lock.modifyIndex);
  const claim = claims.find(({ key, session }) => session === lock.session && key === folder + lock.value);
  const said = claim && parsed(claim.value);
  return said ? { id: said.id, value: said.value, token } : { id: lock.session, value: lock.value, token };
}

function parsed(text: string): Announcement | undefined {
  try {
    const { id, value } = JSON.parse(text) as Partial<Announcement>;
    return typeof id === 'string' && typeof value === 'string' ? { id, value, kind: 'exclusive' } : undefined;
  } catch {
    return undefined; // an administrator's doing
  }
}
