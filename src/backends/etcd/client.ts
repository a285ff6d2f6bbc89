import { Etcd3, type IOptions } from 'etcd3';

/** The calls that we make: those of a client of etcd3, or of a literal in a test. */
export interface EtcdClient {
  readonly kv: Pick<Etcd3['kv'], 'range' | 'txn'>;
  readonly leaseClient: Pick<Etcd3['leaseClient'], 'leaseGrant' | 'leaseKeepAlive' | 'leaseRevoke'>;
  readonly watchClient: Pick<Etcd3['watchClient'], 'watch'>;
  readonly maintenance: Pick<Etcd3['maintenance'], 'status'>;
  close(): void;
}
export type CallOptions = { deadline: number };
type Policy = NonNullable<NonNullable<IOptions['faultHandling']>['global']>;

/** The client's own retries repeat a transaction blindly, and its breaker shuts everything out for 5 s. */
const once = {
  execute: (call: (context: { signal: AbortSignal }) => unknown, signal = new AbortController().signal) =>
    new Promise((resolve) => resolve(call({ signal }))),
} as unknown as Policy;

const channel = {
  // Servers end a connection that is pinged more often than every 5 s.
  'grpc.keepalive_time_ms': 5_500,
  'grpc.keepalive_timeout_ms': 1_000,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 200,
  // Queues are read as they are.
  'grpc.max_receive_message_length': -1,
};
/** Longest wait for a token: without it the client waits for ever. */
const AUTHENTICATION = 3_000;

/** A client for one host. */
export function connect(host: string, { auth, grpcOptions, ...options }: Omit<IOptions, 'hosts'>): EtcdClient {
  return new Etcd3({
    ...options,
    ...(auth && { auth: { ...auth, callOptions: () => ({ deadline: Date.now() + AUTHENTICATION }) } }),
    hosts: host,
    grpcOptions: { ...channel, ...grpcOptions },
    faultHandling: { host: () => once, global: once },
  });
}
