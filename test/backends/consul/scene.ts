import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type Observable, firstValueFrom, lastValueFrom, timeout } from 'rxjs';
import { type ConsulBackendOptions, consulBackend } from '../../../src/backends/consul/index.js';
import type { Backend, Claim, LeaseRef, TenureRef } from '../../../src/core/types.js';
import type { ConsulAgent } from '../../servers/consul.js';

/** Waits for the end; an error is thrown. */
export const done = <T>(stream: Observable<T>): Promise<T | undefined> => lastValueFrom(stream, { defaultValue: undefined });
/** The code of the error that a stream ends with. */
export const codeOf = (stream: Observable<unknown>): Promise<string> =>
  done(stream).then(
    () => 'completed',
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );

/** What the agent itself says. */
export async function ask<T>(
  { url, token }: Pick<ConsulAgent, 'url' | 'token'>,
  path: string,
  method = 'GET',
  body?: unknown,
): Promise<T> {
  const response = await fetch(`${url}/v1${path}`, {
    method,
    headers: token ? { 'x-consul-token': token } : {},
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok && response.status !== 404) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

export interface Raw {
  Key: string;
  Value: string;
  Flags: number;
  Session?: string;
  CreateIndex: number;
  ModifyIndex: number;
}
export const keys = async (agent: ConsulAgent, prefix: string): Promise<Raw[]> =>
  (await ask<Raw[] | undefined>(agent, `/kv/${prefix}?recurse`)) ?? [];
export const sessions = (agent: ConsulAgent) => ask<{ ID: string }[]>(agent, '/session/list');
export const services = async (agent: ConsulAgent) => Object.keys(await ask<object>(agent, '/agent/services'));
/** Writes of the raft log so far. */
export const writes = async (agent: ConsulAgent): Promise<number> => {
  const { Stats } = await ask<{ Stats: { raft: { last_log_index: string } } }>(agent, '/agent/self');
  return Number(Stats.raft.last_log_index);
};

/** A client with one lease and one key. */
export async function scene(options: ConsulBackendOptions, { ttl = 10_000, key = `scene/${crypto.randomUUID()}` } = {}) {
  const backend = consulBackend(options);
  const lease = (await done(backend.grant(ttl))) as LeaseRef;
  return on(backend, lease, key);
}
export type Scene = ReturnType<typeof on>;

export const on = (backend: Backend, lease: LeaseRef, key: string) => ({
  backend,
  lease,
  key,
  claim: (id: string, more: Partial<Claim> = {}): Claim => ({ key, id, nonce: crypto.randomUUID(), ...more }),
  hold: (claim: Claim, within = 5_000): Promise<TenureRef> =>
    firstValueFrom(backend.acquire(lease, claim).pipe(timeout({ first: within }))),
  withdraw: (claim: Claim) => done(backend.withdraw(lease, claim)),
  holder: () => firstValueFrom(backend.watch(key)),
});

/** Requests of this process to one port, as they are sent. */
export function requestsTo(port: number): { readonly sent: string[]; stop(): void } {
  const sent: string[] = [];
  const note = (message: unknown) => {
    const { request } = message as { request: { host: string; method: string; path: string; getHeader(name: string): unknown } };
    if (String(request.getHeader('host')).endsWith(`:${port}`)) sent.push(`${request.method} ${request.path.replace('/v1', '')}`);
  };
  subscribe('http.client.request.start', note);
  return { sent, stop: () => void unsubscribe('http.client.request.start', note) };
}
