import { LOCK_FLAG } from './wire.js';

/** One operation of a transaction; `flag` marks the key as a lock for the stock tools. */
export interface Operation {
  readonly verb: 'get-tree' | 'lock' | 'cas' | 'delete' | 'check-index' | 'check-not-exists' | 'check-session';
  readonly key: string;
  readonly session?: string;
  readonly index?: number;
  readonly value?: string;
  readonly flag?: boolean;
  /** A number that Consul keeps beside the value, and that makes a write of the same value a change. */
  readonly flags?: number;
}

/** More are refused. */
export const MOST_OPERATIONS = 64;

/** As JSON of our own: the flag does not fit a number of JavaScript. */
export const encoded = (operations: readonly Operation[]): Buffer =>
  Buffer.from(`[${operations.map((operation) => `{"KV":${body(operation)}}`).join(',')}]`);

function body({ verb, key, session, index, value, flag, flags }: Operation): string {
  const Value = value === undefined ? undefined : Buffer.from(value).toString('base64');
  const fields = JSON.stringify({ Verb: verb, Key: key, Session: session, Index: index, Value, Flags: flags });
  return flag ? `${fields.slice(0, -1)},"Flags":${LOCK_FLAG}}` : fields;
}
