import { ask } from '../../servers/ask.js';
import type { Certificates } from '../../servers/certificates.js';

/** A server, and what to show it where it asks for a certificate. */
export interface Measured {
  readonly url: string;
  readonly certificates?: Certificates | undefined;
}

/** A metric of the server, summed over the labels that fit. */
export async function metric({ url, certificates }: Measured, name: string, fits = /(?:)/): Promise<number> {
  const { body } = await ask(`${url}/metrics`, certificates);
  return body
    .split('\n')
    .map((line) => /^([a-zA-Z_:]+)(\{.*\})? (\S+)$/.exec(line))
    .filter((line) => line?.[1] === name && fits.test(line[2] ?? ''))
    .reduce((sum, line) => sum + Number(line?.[3]), 0);
}

/** Requests that the server has begun to answer, streams aside. */
export const requests = (etcd: Measured): Promise<number> => metric(etcd, 'grpc_server_started_total', /grpc_type="unary"/);

/** Streams that are open now. */
export async function streams(etcd: Measured): Promise<number> {
  const stream = /grpc_type="(bidi_stream|server_stream|client_stream)"/;
  return (await metric(etcd, 'grpc_server_started_total', stream)) - (await metric(etcd, 'grpc_server_handled_total', stream));
}
export const watchers = (etcd: Measured): Promise<number> => metric(etcd, 'etcd_debugging_mvcc_watcher_total');
