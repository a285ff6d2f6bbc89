/** How calls fail, in the client's own words: it keeps gRPC's status of a unary call in the text alone, and that of a stream beside it. */
const status = (code: number, text: string) => (): Error & { code: number } => Object.assign(new Error(text), { code });

/** What becomes of calls on their way. */
export const FAILURES = {
  cancelled: status(1, '1 CANCELLED: Cancelled on client'),
  deadline: status(4, '4 DEADLINE_EXCEEDED: Deadline exceeded'),
  /** It was never sent. */
  refused: status(14, '14 UNAVAILABLE: No connection established. Last error: connect ECONNREFUSED 10.0.0.1:2379'),
  reset: status(14, '14 UNAVAILABLE: read ECONNRESET'),
  /** Pings were not answered. */
  dropped: status(14, '14 UNAVAILABLE: Connection dropped'),
  noLeader: status(14, '14 UNAVAILABLE: etcdserver: no leader'),
};

/** What the servers themselves answer. */
export const REFUSALS = {
  leaseNotFound: status(5, '5 NOT_FOUND: etcdserver: requested lease not found'),
  leaseExists: status(9, '9 FAILED_PRECONDITION: etcdserver: lease already exists'),
  duplicateKey: status(3, '3 INVALID_ARGUMENT: etcdserver: duplicate key given in txn request'),
};

/** As a unary call tells it. */
export const told = ({ message }: Error): Error =>
  new Error(/lease not found/.test(message) ? `Lease ${message} is expired or revoked` : message);
