import {
  NEVER,
  Observable,
  ReplaySubject,
  Subject,
  defer,
  filter,
  map,
  merge,
  mergeMap,
  pairwise,
  retry,
  share,
  switchMap,
  take,
  takeUntil,
  tap,
  timeout,
  timer,
} from 'rxjs';
import { request } from '../../core/request.js';
import type { Cluster } from './cluster.js';
import type { Member } from './member.js';
import { soon, untilAnswered } from './patience.js';
import { type Range, Session, type Told, WatchEnded, type WatchStream } from './session.js';

/** Longest wait for a watch to begin: on a server that is down it never does, and nobody says so. */
const BEGINNING = 3_000;
const LONGEST = 10_000;

/** All watches, on one stream, which is opened with the first of them and opened again whenever it breaks. */
export class Watches {
  readonly #closed = new Subject<void>();
  readonly #session$: Observable<Session>;

  constructor(private readonly cluster: Pick<Cluster, 'pick' | 'agree'>) {
    this.#session$ = defer(() => this.#open(cluster.pick())).pipe(
      retry({ delay: soon }),
      takeUntil(this.#closed),
      share({ connector: () => new ReplaySubject(1), resetOnRefCountZero: false }),
    );
  }

  /** Tells, each time that it has begun anew, that it watches from then on; then what happens. */
  watch(range: Range): Observable<Told> {
    return this.#session$.pipe(
      switchMap((session) =>
        session.watch(range).pipe(
          timeout({ first: BEGINNING }),
          retry({
            resetOnSuccess: true,
            delay: (error, attempts) =>
              error instanceof WatchEnded ? this.#again(range, session, error, attempts) : leave(session, error),
          }),
        ),
      ),
    );
  }

  close(): void {
    this.#closed.next();
  }

  #open(member: Member): Observable<Session> {
    const cancel = (late: WatchStream) => late.on('error', () => undefined) && late.cancel();
    return request(() => member.open(({ watchClient }) => watchClient.watch(), cancel), cancel).pipe(
      mergeMap((stream) => merge(living(stream, member), silence(member))),
    );
  }

  /** Only a read tells a denied key from a token that the stream began with and that has died since. */
  #again(range: Range, session: Session, { message }: Error, attempts: number): Observable<unknown> {
    return timer(Math.min(50 * 2 ** attempts, LONGEST)).pipe(
      mergeMap(() => this.cluster.agree(({ kv }, options) => kv.range({ ...range, limit: 1, keys_only: true }, options))),
      untilAnswered(),
      tap(() => /permission|token/.test(message) && session.abandon(new Error(message))),
    );
  }
}

/** The session for as long as its stream lives. */
const living = (stream: WatchStream, member: Member): Observable<Session> =>
  new Observable((subscriber) => {
    const session = new Session(stream, (why) => subscriber.error(why));
    const broken = (error: unknown) => {
      if (subscriber.closed) return; // what we cancel ourselves is told as an error, too
      member.failed(error);
      subscriber.error(error);
    };
    stream.on('error', broken);
    stream.on('end', () => broken(new Error('The watch stream ended.')));
    subscriber.add(() => session.close());
    subscriber.next(session);
  });
/** A host that stops answering keeps its streams open and says nothing on them. */
const silence = (member: Member): Observable<never> =>
  member.answers.pipe(
    pairwise(),
    filter(([before, now]) => before && !now),
    take(1),
    map(() => {
      throw new Error(`${member.host} stopped answering.`);
    }),
  );
const leave = (session: Session, error: unknown) => (session.abandon(error), NEVER);
