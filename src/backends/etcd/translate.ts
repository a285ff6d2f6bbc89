import { BackendUnavailableError, DeniedError, InvalidOptionsError, type TenureError, isTenureError } from '../../core/errors.js';

/** The status of gRPC: the client keeps it in the text of its errors, streams keep it beside. */
const statusOf = (error: unknown): number => {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return typeof code === 'number' ? code : Number(/\b(\d+) [A-Z]+(?:_[A-Z]+)*:/.exec(String(message))?.[1] ?? -1);
};
const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const [INVALID_ARGUMENT, DENIED, OUT_OF_RANGE] = [3, 7, 11];

/** Whether the server refused the token itself: only a unary call makes the client fetch another. */
export const isTokenRefused = (error: unknown): boolean =>
  statusOf(error) === 16 || /invalid auth token|auth store is old/.test(textOf(error));

const causeOf = (error: unknown): string => textOf((error as Partial<Error>).cause);
/** Whether the server itself said no: then it is there, and did nothing. */
export const wasRefused = (error: unknown): boolean =>
  (isTenureError(error) && error.code !== 'BACKEND_UNAVAILABLE') ||
  /database space exceeded|invalid auth token|auth store is old|lease not found/.test(causeOf(error));
/** Whether it has no room left: it answers, but trying again is of no use until somebody makes room. */
export const isFull = (error: unknown): boolean => /database space exceeded/.test(causeOf(error));
/** Whether the outcome is unknown: the request was sent, and nobody told us what came of it. */
export const isUnclear = (error: unknown): boolean =>
  !wasRefused(error) && !/No connection established|Name resolution failed/.test(causeOf(error));

/** Whether the store doesn't know the lease, or knows it no longer. */
export const isLeaseGone = (error: unknown): boolean => /lease not found/.test(causeOf(error));

/** The client's failures by their meaning for the caller. Names of classes don't survive two copies of the client: texts do. */
export function translate(error: unknown, host: string): TenureError {
  if (isTenureError(error)) return error;
  const [text, status, cause] = [textOf(error), statusOf(error), { cause: error }];
  const says = (pattern: RegExp) => pattern.test(text);

  if (says(/database space exceeded/)) {
    return new BackendUnavailableError(
      `etcd at ${host} is full (NOSPACE): compact and defragment it, then run \`etcdctl alarm disarm\`. ${text}`,
      cause,
    );
  }
  if (says(/authentication failed/))
    return new DeniedError(`etcd at ${host} refuses the user or password of \`auth\`. ${text}`, cause);
  if (says(/user name is empty/)) return new DeniedError(`etcd at ${host} asks who we are: set \`auth\`. ${text}`, cause);
  if (says(/authentication is not enabled/)) {
    return new InvalidOptionsError(`\`auth\` is set, but etcd at ${host} has authentication turned off: remove it. ${text}`, cause);
  }
  if (status === DENIED || says(/permission denied/)) {
    return new DeniedError(`etcd at ${host} denies this key to the user: grant its role read and write on the prefix. ${text}`, cause);
  }
  if (says(/too large|larger than max/)) return new InvalidOptionsError(`etcd at ${host} finds the request too large. ${text}`, cause);
  if (says(/Could not parse target/)) return new InvalidOptionsError(`hosts names no address: ${host}. ${text}`, cause);
  if (says(/auth store is old/)) return new BackendUnavailableError(`The token for etcd at ${host} is out of date. ${text}`, cause);
  if (status === INVALID_ARGUMENT || status === OUT_OF_RANGE)
    return new InvalidOptionsError(`etcd at ${host} refuses: ${text}`, cause);
  return new BackendUnavailableError(`etcd at ${host} gave no answer: ${text}`, cause);
}
