import { firstValueFrom } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { EtcdClient } from '../../../src/backends/etcd/client.js';
import { Member, deadlineOf } from '../../../src/backends/etcd/member.js';
import { codeOf } from './scene.js';

const header = { cluster_id: '7', revision: '1' };
const hung = () => Promise.reject(Object.assign(new Error('4 DEADLINE_EXCEEDED: Deadline exceeded'), { code: 4 }));

afterEach(() => void vi.useRealTimers());

function scene() {
  const [left, ranges]: [number[], unknown[]] = [[], []];
  const client = { kv: { range: (request: unknown) => (ranges.push(request), Promise.resolve({})) }, close: () => undefined };
  const member = new Member('a:1', client as unknown as EtcdClient);
  const ask = (answer: () => Promise<{ header: typeof header }>) =>
    firstValueFrom(
      member.call((_, { deadline }) => {
        left.push(Math.round((deadline - Date.now()) / 100) * 100);
        return answer();
      }, 500),
    );
  return { member, ask, left, ranges };
}

describe('a host', () => {
  it('has time to be connected to, until it answers; and again after it has not', async () => {
    const { ask, left, member } = scene();
    const fine = () => Promise.resolve({ header });
    await ask(fine);
    await ask(fine);
    const error: unknown = await ask(hung).catch((failed: unknown) => failed);
    await ask(fine);
    expect(left).toEqual([3_000, 500, 500, 3_000]);
    expect(deadlineOf(error)).toBeGreaterThan(performance.now());
    expect(deadlineOf(error)).toBeLessThan(performance.now() + 600);
    expect(member.cluster).toBe('7');
  });

  it.each([
    ['7 PERMISSION_DENIED: etcdserver: permission denied', 'DENIED', true],
    ['8 RESOURCE_EXHAUSTED: etcdserver: mvcc: database space exceeded', 'BACKEND_UNAVAILABLE', true],
    ['8 RESOURCE_EXHAUSTED: Sent message larger than max', 'INVALID_OPTIONS', true],
    ['3 INVALID_ARGUMENT: etcdserver: request is too large', 'INVALID_OPTIONS', true],
    ['3 INVALID_ARGUMENT: etcdserver: user name is empty', 'DENIED', true],
    ['9 FAILED_PRECONDITION: etcdserver: authentication is not enabled', 'INVALID_OPTIONS', true],
    ['16 UNAUTHENTICATED: etcdserver: invalid auth token', 'BACKEND_UNAVAILABLE', true],
    ['14 UNAVAILABLE: No connection established', 'BACKEND_UNAVAILABLE', false],
    ['8 RESOURCE_EXHAUSTED: Bandwidth exhausted or memory limit exceeded', 'BACKEND_UNAVAILABLE', false],
    ['Execution prevented because the circuit breaker is open', 'BACKEND_UNAVAILABLE', false],
  ])('that says "%s" is %s, and answers: %s', async (text, code, answers) => {
    const { ask, member } = scene();
    expect(await ask(() => Promise.reject(new Error(text))).catch(codeOf)).toBe(code);
    expect(member.isAnswering).toBe(answers);
  });

  it('that opens a stream too late has it ended', async () => {
    vi.useFakeTimers();
    const { member } = scene();
    let opens: (stream: string) => void = () => undefined;
    const late: string[] = [];
    const open = member.open(
      () => new Promise<string>((resolve) => (opens = resolve)),
      (stream) => late.push(stream),
    );
    const failed = expect(open).rejects.toThrow('Timeout');
    await vi.advanceTimersByTimeAsync(3_200);
    await failed;
    opens('stream');
    await vi.advanceTimersByTimeAsync(0);
    expect(late).toEqual(['stream']);
  });

  it('that refuses the token of a stream is asked by a unary call, which fetches another', () => {
    const { member, ranges } = scene();
    member.failed(Object.assign(new Error('16 UNAUTHENTICATED: etcdserver: invalid auth token'), { code: 16 }));
    expect(ranges).toHaveLength(1);
  });
});
