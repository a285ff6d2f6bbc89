import { BehaviorSubject, type Observable, firstValueFrom, from, timeout } from 'rxjs';
import { Pending } from '../../core/pending.js';
import { request } from '../../core/request.js';
import type { CallOptions, EtcdClient } from './client.js';
import { isTokenRefused, translate, wasRefused } from './translate.js';

export type Send<T> = (client: EtcdClient, options: CallOptions) => Promise<T>;
/** What the server says about itself with every answer. */
export interface Header {
  readonly cluster_id: string;
  readonly revision: string;
}

/** The client closes a host's channels at every missed deadline: a shorter one might never see a slow connection made. */
const CONNECTING = 3_000;
const SLACK = 100;
/** No request runs longer. */
export const LONGEST = CONNECTING + SLACK;

const deadlines = new WeakMap<object, number>();
/** Until when, as `performance.now()` tells it, the request that failed like this was meant to be carried out. */
export const deadlineOf = (error: unknown): number => deadlines.get(error as object) ?? 0;

/** One host of the cluster, and whether it answers. */
export class Member {
  /** The cluster that it said it belongs to. */
  cluster: string | undefined;
  readonly #calls = new Pending();
  readonly #answers = new BehaviorSubject(false);

  constructor(
    readonly host: string,
    private readonly client: EtcdClient,
  ) {}

  /** Whether its last request was answered, now and on change. */
  get answers(): Observable<boolean> {
    return this.#answers;
  }
  get isAnswering(): boolean {
    return this.#answers.value;
  }

  /** One request with a timeout. Abandoned, it goes on, and a late answer is handed to `undo`. */
  call<T extends { header: Header }>(send: Send<T>, patience: number, undo?: (late: T) => unknown): Observable<T> {
    return request(() => this.#send(send, this.isAnswering ? patience : Math.max(patience, CONNECTING)), undo);
  }
  /** A stream that the caller reads and ends. One that opens when the time is up is handed to `undo`. */
  async open<T>(send: (client: EtcdClient) => Promise<T>, undo: (late: T) => unknown): Promise<T> {
    const stream = send(this.client);
    try {
      return await inTime(stream, LONGEST);
    } catch (error) {
      stream.then(undo, () => undefined);
      throw error;
    }
  }

  /** Emits once when no request is under way: one that hangs ends with its deadline. */
  get idle(): Observable<unknown> {
    return this.#calls.settled;
  }

  async #send<T extends { header: Header }>(send: Send<T>, patience: number): Promise<T> {
    const leave = this.#calls.enter();
    const deadline = performance.now() + patience;
    try {
      const answer = await inTime(send(this.client, { deadline: Date.now() + patience }), patience + SLACK);
      this.cluster = answer.header.cluster_id;
      this.#answers.next(true);
      return answer;
    } catch (error) {
      this.failed(error);
      const failure = translate(error, this.host);
      deadlines.set(failure, deadline);
      throw failure;
    } finally {
      leave();
    }
  }

  /** Takes note of a failure: what the server itself refused is an answer. */
  failed(error: unknown): void {
    if (isTokenRefused(error)) this.#refresh();
    this.#answers.next(wasRefused(translate(error, this.host)));
  }
  /** Streams never fetch a new token; a unary call does, whatever it asks for. */
  #refresh(): void {
    this.client.kv.range({ key: Buffer.from([0]), count_only: true }, { deadline: Date.now() + CONNECTING }).catch(() => undefined);
  }

  close(): void {
    this.#answers.complete();
    this.client.close();
  }
}

const inTime = <T>(answer: Promise<T>, patience: number): Promise<T> => firstValueFrom(from(answer).pipe(timeout(patience)));
