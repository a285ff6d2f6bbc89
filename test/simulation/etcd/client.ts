import { EventEmitter } from 'node:events';
import { Subject } from 'rxjs';
import type { MemoryCall } from '../../../src/backends/memory/faults.js';
import type { Channel } from './channel.js';
import type { Reply } from './member.js';
import { told } from './status.js';
import type { Transaction } from './store.js';
import { hex } from '../../../src/backends/etcd/wire.js';

interface Options {
  readonly deadline: number;
}
type RangeRequest = Parameters<Channel['member']['range']>[0];

/** One process's client for one member, in the shape of an Etcd3. */
export class Client {
  /** What claims and leases lose, as it is sent. */
  readonly released$ = new Subject<Pick<MemoryCall, 'lease' | 'nonce'>>();

  constructor(private readonly channel: Channel) {}

  readonly kv = {
    range: (asked: RangeRequest, options: Options) => this.#unary('read', options, (reply) => this.#member.range(asked, reply)),
    txn: (asked: Transaction, options: Options) => {
      this.#witness(asked);
      return this.#unary(verbOf(asked), options, (reply) => this.#member.transact(asked, reply));
    },
  };
  readonly leaseClient = {
    leaseGrant: ({ ID, TTL }: { ID: string; TTL: number }, options: Options) =>
      this.#unary('grant', options, (reply) => this.#member.grant(ID, TTL, reply)),
    leaseRevoke: ({ ID }: { ID: string }, options: Options) => {
      this.released$.next({ lease: hex(ID) });
      return this.#unary('revoke', options, (reply) => this.#member.revoke(ID, reply));
    },
    leaseKeepAlive: ({ deadline }: Options) => Promise.resolve(this.#beating(deadline)),
  };
  readonly watchClient = { watch: () => Promise.resolve(this.channel.watch()) };
  readonly maintenance = {
    status: (options: Options) => this.#unary('read', options, (reply) => this.#member.status(reply)),
  };
  close(): void {
    this.channel.reset();
  }

  get #member() {
    return this.channel.member;
  }
  #unary(verb: MemoryCall['verb'], { deadline }: Options, serve: (reply: Reply) => void): Promise<object> {
    return new Promise((resolve, reject) => {
      this.channel.call(verb, deadline, serve, { answered: resolve, failed: (error) => reject(told(error)) });
    });
  }
  /** A stream for renewals, which are asked for one after another. */
  #beating(deadline: number): EventEmitter {
    const stream = new EventEmitter();
    let leave = () => undefined as unknown;
    const write = ({ ID }: { ID: string }) => {
      const answered = (answer: object) => stream.emit('data', answer);
      const failed = (error: Error) => (stream.emit('error', error), stream.emit('end'));
      leave = this.channel.call('renew', deadline, (reply) => this.#member.renew(ID, reply), { answered, failed });
    };
    return Object.assign(stream, { write, end: () => leave(), cancel: () => leave() });
  }
  #witness({ success = [], failure = [] }: Transaction): void {
    for (const { request_delete_range } of [...success, ...failure]) {
      const path = request_delete_range?.key.toString('latin1') ?? '';
      const [, lease, nonce] = /([0-9a-f]+)\.([^~/]+)~[^/]*$/.exec(path) ?? [];
      if (lease !== undefined && nonce !== undefined) this.released$.next({ lease, nonce: decodeURIComponent(nonce) });
    }
  }
}

function verbOf({ success = [], compare = [] }: Transaction): MemoryCall['verb'] {
  if (success.some(({ request_delete_range }) => request_delete_range)) return 'withdraw';
  return compare.some(({ target }) => target === 'Mod') ? 'update' : 'acquire';
}
