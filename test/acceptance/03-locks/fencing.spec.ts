import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { times } from '../../fixtures/times.js';
import { bundle } from '../harness/bundle.js';
import { say } from '../harness/figures.js';
import { Program } from '../harness/program.js';
import { start } from './stores.js';
import type { WritingCommand, WritingFact } from './writing.js';

const TTL = 1_000;

/** A register that refuses a token below the greatest it has seen; the control takes everything. */
class Register {
  readonly accepted: bigint[] = [];
  refused = 0;
  constructor(private readonly fenced: boolean) {}
  write(token: bigint): void {
    if (this.fenced && token < this.#greatest()) this.refused++;
    else this.accepted.push(token);
  }
  /** Writes that came after one with a greater token. */
  get stale(): number {
    return this.accepted.filter((token, i) => this.accepted.slice(0, i).some((earlier) => earlier > token)).length;
  }
  #greatest(): bigint {
    return this.accepted.reduce((one, other) => (one > other ? one : other), 0n);
  }
}

describe('a register, and a holder that is paused for longer than its ttl between looking and writing', () => {
  it.each(['etcd', 'consul'] as const)(
    'over %s: fenced, it takes no stale write; without a fence it does',
    { timeout: 600_000 },
    async (store) => {
      const [program, { address, stop }] = [await bundle(new URL('./writing.ts', import.meta.url)), await start(store)];
      const [fenced, control] = [new Register(true), new Register(false)];
      const writers = Array.from({ length: 2 }, () => new Program<WritingCommand, WritingFact>(program, { address, ttl: TTL }));
      await Promise.all(writers.map((writer) => writer.hears('ready')));
      const pauses = times(20, 2);
      const heard = async (writer: (typeof writers)[number], from: number) => {
        const { token } = await writer.hears('write', undefined, { from });
        [fenced, control].forEach((register) => register.write(BigInt(token)));
      };

      for (let round = 0; round < pauses; round++) {
        const [paused, other] = [writers[round % 2]!, writers[(round + 1) % 2]!];
        const [from, fromOther] = [paused.facts.length, other.facts.length];
        paused.tell({ do: 'write', slowly: 5_000 });
        await paused.hears('looked', undefined, { from });
        paused.pause();
        other.tell({ do: 'write', slowly: 0 });
        await heard(other, fromOther); // the store has let it in
        await pause(TTL / 4);
        paused.resume();
        await heard(paused, from);
        expect((await paused.hears('done', undefined, { from })).how).toBe('LEASE_LOST'); // and it is told so
        await other.hears('done', undefined, { from: fromOther });
      }

      say(`fencing over ${store}`, {
        pauses,
        'stale writes accepted': fenced.stale,
        refused: fenced.refused,
        'accepted without a fence': control.stale,
      });
      expect(fenced.stale).toBe(0);
      expect(control.stale).toBeGreaterThanOrEqual(1);
      await Promise.all(writers.map((writer) => writer.kill()));
      await stop();
    },
  );
});
