import Consul from 'consul';
import { describe, expect, it } from 'vitest';
import { consulBackend } from '../../../src/backends/consul/index.js';
import { done } from './scene.js';

describe('settings that can not work', () => {
  it.each<[string, object, RegExp]>([
    ['an unknown name', { hots: 'x' }, /hots/],
    ['an unknown name beside a client', { client: new Consul(), host: 'x' }, /host/],
    ['a lock delay as a number', { lockDelay: 0 }, /lockDelay/],
    ['a lock delay without a unit', { lockDelay: '15' }, /lockDelay/],
    ['another liveness', { liveness: 'ttl' }, /liveness/],
    ['a flag that is none', { nodeHealth: 'yes' }, /nodeHealth/],
    ['a port out of range', { port: 70_000 }, /port/],
    ['half a port', { port: 85.5 }, /port/],
    ['a prefix with a slash in front', { prefix: '/a' }, /prefix/],
    ['a certificate that is none', { secure: true, ca: 'nonsense' }, /PEM/],
    ['a certificate without its key', { secure: true, cert: 'x' }, /cert and key/],
    ['certificates that would not be used', { ca: 'x' }, /secure/],
  ])('%s: INVALID_OPTIONS, at once', (_, options, told) => {
    expect(() => consulBackend(options)).toThrow(told);
    expect(() => consulBackend(options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTIONS' }) as Error);
  });

  it('a ttl out of bounds', async () => {
    for (const [options, ttl] of [
      [{}, 999],
      [{ liveness: 'session' as const }, 9_999],
      [{}, 86_400_001],
    ] as const) {
      // prettier-ignore
      await expect(done(consulBackend(options).grant(ttl))).rejects.toMatchObject({ code: 'INVALID_OPTIONS' });
    }
  });

  it('a key that Consul would redirect', () => {
    const [lease, claim] = [
      { id: 'a', ttl: 1 },
      { key: '/a', nonce: 'n' },
    ];
    expect(() => consulBackend().acquire(lease, claim)).toThrow(/slash/);
    expect(() => consulBackend().watch('/a')).toThrow(/slash/);
  });

  it('kinds other than exclusive are UNSUPPORTED, at once', () => {
    for (const kind of ['shared', { permits: 2 }] as const) {
      const acquire = () => consulBackend().acquire({ id: 'a', ttl: 1 }, { key: 'k', nonce: 'n', kind });
      expect(acquire).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }) as Error);
    }
  });
});
