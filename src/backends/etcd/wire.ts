import type { ClaimKind } from '../../core/types.js';

/** What this backend reads of a key in the store. */
export interface StoredKey {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly create_revision: string;
  readonly mod_revision: string;
  readonly lease: string;
}
/** A claim as it stands in the queue. */
export interface Entry {
  /** The whole key in the store. */
  readonly path: string;
  readonly id: string;
  readonly kind: ClaimKind;
  readonly value: string;
  /** Creation revision: place in the queue, and token. */
  readonly created: bigint;
  readonly modified: bigint;
  /** The lease that keeps it, in hex; '0' for none. */
  readonly lease: string;
}

/** The server speaks of a lease in decimal, etcdctl and our keys in hex. */
export const decimal = (lease: string): string => BigInt(`0x${lease}`).toString();
export const hex = (lease: string): string => BigInt(lease).toString(16);

/** Ours, positive, and 16 digits long, so that every tool prints it alike: a grant whose answer is lost can be revoked by name. */
export function randomLease(): string {
  const [word = 0n] = crypto.getRandomValues(new BigUint64Array(1));
  return ((word >> 2n) | (1n << 62n)).toString(16);
}

const kindName = (kind: ClaimKind = 'exclusive') => (typeof kind === 'object' ? `p${kind.permits}` : kind === 'shared' ? 's' : 'x');
const kindOf = (name: string): ClaimKind =>
  name === 'x' ? 'exclusive' : name === 's' ? 'shared' : { permits: Number(name.slice(1)) };

/** One path segment under the key. The stock tools read no further than the dot, and sort by creation. */
export const segment = (lease: string, { nonce, kind, id }: { nonce: string; kind?: ClaimKind | undefined; id: string }): string =>
  `${lease}.${encodeURIComponent(nonce)}~${kindName(kind)}~${encodeURIComponent(id)}`;

const OURS = /^[0-9a-f]+\.[^~]+~(x|s|p[1-9]\d*)~(.*)$/;

/** Direct children only: `jobs/nightly/…` is another queue. What isn't written like ours is a foreign, exclusive claim. */
export function parse(directory: string, { key, value, create_revision, mod_revision, lease }: StoredKey): Entry | undefined {
  const path = key.toString();
  const name = path.slice(directory.length);
  if (!path.startsWith(directory) || name.includes('/')) return undefined;
  const [, kind = 'x', id] = OURS.exec(name) ?? [];
  return {
    path,
    id: id === undefined ? name : decoded(id),
    kind: kindOf(kind),
    value: value.toString(),
    created: BigInt(create_revision),
    modified: BigInt(mod_revision),
    lease: hex(lease),
  };
}

const decoded = (id: string): string => {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
};

/** From a prefix to the first key after everything that starts with it. */
export function prefixed(prefix: string): { key: Buffer; range_end: Buffer } {
  const key = Buffer.from(prefix || '\0');
  const end = Buffer.from(key);
  for (let last = end.length - 1; prefix && last >= 0; last--) {
    const byte = end[last] ?? 0xff;
    if (byte < 0xff) return { key, range_end: Buffer.concat([end.subarray(0, last), Buffer.from([byte + 1])]) };
  }
  return { key, range_end: Buffer.from([0]) };
}
