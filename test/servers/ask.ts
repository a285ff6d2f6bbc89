import { type RequestOptions, request as plainly } from 'node:http';
import { request as securely } from 'node:https';
import type { Certificates } from './certificates.js';

/** One GET over HTTP or HTTPS: status and body, or an error within a second. */
export function ask(
  url: string,
  certificates?: Certificates,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: string }> {
  const tls = certificates && { ca: certificates.ca, cert: certificates.client.cert, key: certificates.client.key };
  const options: RequestOptions = { ...tls, headers, agent: false, signal: AbortSignal.timeout(1_000) };
  return new Promise((resolve, reject) => {
    const asked = (url.startsWith('https:') ? securely : plainly)(url, options, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body })).on('error', reject);
    });
    asked.on('error', reject).end();
  });
}
