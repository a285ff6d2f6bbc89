import { type Observable, Subject, interval, map, merge, take, tap } from 'rxjs';
import { etcdBackend } from '../../../src/backends/etcd/index.js';
import { type Grant, type LeaseRef, election, whileSelected } from '../../../src/index.js';
import { now } from './clock.js';
import { listen, options, tell } from './inChild.js';
import { wrapped } from './verbs.js';

/** A leader that is going to be paused, and that notes whatever it says past a deadline that it computes by itself. */
export type PausedCommand = { do: 'probe' | 'report' };
export interface Violation {
  readonly what: 'value' | 'isSelected()' | 'isSelected$' | 'tenure$';
  /** Milliseconds past the deadline. */
  readonly late: number;
}
export type PausedFact =
  | { type: 'selected'; selected: boolean; at: number }
  | { type: 'probing' }
  /** `looked`: how often it was asked past the deadline, before any timer had fired. */
  | { type: 'report'; violations: Violation[]; looked: number; values: Value[] };
/** Something that left `whileSelected`: when it was made, and the token of the tenure. */
export interface Value {
  readonly made: number;
  readonly token: string;
}

const { hosts, key, ttl } = options<{ hosts: string; key: string; ttl: number }>();
const say = tell<PausedFact>;

/** From when the grant or renewal was *sent*, less the margin; an answer past it moves nothing. */
let deadline = -Infinity;
const believed = (granted: number, sent: number) => (deadline = Math.max(deadline, sent + granted * 0.9));
const store = wrapped(etcdBackend({ hosts }), (verb, call$, [lease]) => {
  const sent = now();
  if (verb === 'grant') return call$.pipe(tap((grant) => believed((grant as Grant).ttl, sent)));
  if (verb === 'renew') return call$.pipe(tap(() => now() < deadline && believed((lease as LeaseRef).ttl, sent)));
  return call$;
});

let violations: Violation[] = [];
let values: Value[] = [];
let token = '';
let looked = 0;
/** Judged by when it was asked: a process may be stopped between our looking and our noting. */
const judge = (what: Violation['what'], asked: number, yes: unknown) => {
  if (yes && asked > deadline) violations.push({ what, late: asked - deadline });
};

const mine = election(store, { key, ttl });
mine.tenure$.subscribe((tenure) => (token = String(tenure?.token ?? token))); // before anybody else hears of it
const pushed$ = new Subject<number>();
merge(pushed$, interval(2).pipe(map(now)))
  .pipe(whileSelected(mine))
  .subscribe((made) => {
    values.push({ made, token });
    judge('value', made, true);
  });
mine.isSelected$.subscribe((selected) => say({ type: 'selected', selected, at: now() }));

const replayed = <T>(stream$: Observable<T>): T | undefined => {
  const heard: T[] = [];
  stream$.pipe(take(1)).subscribe((value) => heard.push(value));
  return heard[0];
};

/** One synchronous run, so that what follows a pause in it precedes every timer. */
function probe(): void {
  say({ type: 'probing' });
  let [last, end] = [now(), now() + 400];
  do {
    const asked = now();
    if (asked - last > ttl / 4) end = asked + 5; // resumed
    last = asked;
    if (asked > deadline) looked++;
    judge('isSelected()', asked, mine.isSelected());
    judge('isSelected$', asked, replayed(mine.isSelected$));
    judge('tenure$', asked, replayed(mine.tenure$));
    pushed$.next(now());
  } while (last < end);
}

listen<PausedCommand>((command) => {
  if (command.do === 'probe') return probe();
  say({ type: 'report', violations, looked, values });
  [violations, values, looked] = [[], [], 0];
});
