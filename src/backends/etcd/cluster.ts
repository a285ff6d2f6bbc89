import { type Observable, type OperatorFunction, catchError, defer, forkJoin, map, mergeMap, of } from 'rxjs';
import { InvalidOptionsError } from '../../core/errors.js';
import { Flow } from '../../core/flow.js';
import type { Header, Member, Send } from './member.js';

/** A linearizable answer, and which life of the store it belongs to: another one begins when the data goes back or away. */
export interface Reading<T> {
  readonly answer: T;
  readonly revision: bigint;
  readonly life: number;
}
/** What was known when a request was sent. */
interface Sent {
  readonly life: number;
  readonly revision: bigint;
  readonly cluster: string | undefined;
}
const PATIENCE = 1_000;
/** Requests at a time: more only wait in the server, each with its deadline running, and renewals behind them. */
const MOST = 64;

/** The hosts as one store. */
export class Cluster {
  #life = 0;
  #revision = 0n;
  #cluster: string | undefined;
  #turn = 0;
  readonly #flow = new Flow(MOST);
  /** Begun anywhere, so that many clients don't all prefer one host. */
  readonly #order: readonly Member[];

  constructor(readonly members: readonly Member[]) {
    const first = Math.floor(Math.random() * members.length);
    this.#order = [...members.slice(first), ...members.slice(0, first)];
  }

  /** A host that answered last time, else the next one. */
  pick(): Member {
    return this.#order.find(({ isAnswering }) => isAnswering) ?? (this.#order[this.#turn++ % this.#order.length] as Member);
  }

  /** One request to one host, chosen on subscription. */
  ask<T extends { header: Header }>(send: Send<T>, patience = PATIENCE, undo?: (late: T) => unknown): Observable<T> {
    return this.#flow.admit(defer(() => this.askAt(this.pick(), send, patience, undo)));
  }
  askAt<T extends { header: Header }>(member: Member, send: Send<T>, patience: number, undo?: (late: T) => unknown): Observable<T> {
    return member.call(send, patience, undo).pipe(this.#inOneCluster(member));
  }

  /** The same for a request that the whole cluster agrees on: never older than what was known when it was sent. */
  agree<T extends { header: Header }>(send: Send<T>, patience?: number): Observable<Reading<T>> {
    return defer(() => {
      const sent = { life: this.#life, revision: this.#revision, cluster: this.#cluster };
      return this.ask(send, patience).pipe(
        mergeMap((answer) => (this.#mayBeEither(answer, sent) ? this.agree(send, patience) : of(this.#place(answer, sent)))),
      );
    });
  }
  /**
   * Sent when nothing was known: of two clusters, or two lives of one, nobody can tell then which answer came first. So it is asked
   * again; whatever `agree` sends may be sent twice.
   */
  #mayBeEither({ header }: { header: Header }, { cluster, life }: Sent): boolean {
    return cluster === undefined && (life !== this.#life || header.cluster_id !== (this.#cluster ?? header.cluster_id));
  }
  /** What the store was seen to have reached, as its events tell. */
  reached({ cluster_id, revision }: Header): void {
    if (cluster_id === this.#cluster && BigInt(revision) > this.#revision) this.#revision = BigInt(revision);
  }
  get life(): number {
    return this.#life;
  }

  /**
   * A lower revision than when it was sent, or another cluster: the data was lost or restored. Whoever hears of it first begins a
   * life; who was sent before and tells the same belongs to it; any other answer from before stays in the past.
   */
  #place<T extends { header: Header }>(answer: T, sent: Sent): Reading<T> {
    const [cluster, revision] = [answer.header.cluster_id, BigInt(answer.header.revision)];
    const before = sent.life === this.#life ? (this.#cluster ??= cluster) : sent.cluster;
    const life = sent.life + Number(cluster !== before || revision < sent.revision);
    if (life > this.#life) [this.#life, this.#revision, this.#cluster] = [life, revision, cluster];
    const isPresent = life === this.#life && cluster === this.#cluster;
    if (isPresent) this.reached(answer.header);
    return { answer, revision, life: isPresent ? life : sent.life };
  }

  /** Completes when no request is under way. */
  get idle(): Observable<unknown> {
    return forkJoin(this.members.map(({ idle }) => idle));
  }
  close(): void {
    this.members.forEach((member) => member.close());
  }

  /**
   * Hosts of two clusters would give two leaders. Where they were seen in two, all of them are asked again: the store may have been
   * set up anew, and this answer have been on its way since before.
   */
  #inOneCluster<T>(member: Member): OperatorFunction<T, T> {
    return mergeMap((answer) => {
      const others = this.members.filter(({ cluster }) => cluster !== undefined && cluster !== member.cluster);
      if (others.length === 0) return of(answer);
      return forkJoin([current(member), ...others.map(current)]).pipe(
        map(([own, ...clusters]) => {
          const stranger = clusters.findIndex((cluster) => own !== undefined && cluster !== undefined && cluster !== own);
          if (stranger < 0) return answer;
          throw new InvalidOptionsError(
            `hosts must belong to one cluster, but ${member.host} is of cluster ${own} and ${others[stranger]?.host} of ${clusters[stranger]}.`,
          );
        }),
      );
    });
  }
}

/** As it says itself. A host that can't be asked may belong anywhere. */
const current = (member: Member): Observable<string | undefined> =>
  member
    .call(({ maintenance }, options) => maintenance.status(options), PATIENCE)
    .pipe(
      map(({ header }) => header.cluster_id),
      catchError(() => of((member.cluster = undefined))),
    );
