import { Observable, ReplaySubject, Subject } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import type { Diagram } from './diagram.js';

/** One thing that a stream told. */
export interface Message {
  /** Columns from the start. */
  readonly frame: number;
  readonly notification: { readonly kind: 'N' | 'E' | 'C'; readonly value?: unknown; readonly error?: unknown };
}
/** What happened when a record was run, and what it had announced. */
export interface Execution {
  readonly columns: number;
  readonly inputs: Readonly<Record<string, readonly Message[]>>;
  readonly outputs: Readonly<Record<string, { readonly actual: readonly Message[]; readonly expected: readonly Message[] }>>;
  /** By input, in the order of subscription, in columns. */
  readonly subscriptions: Readonly<Record<string, readonly Span[]>>;
}
export interface Span {
  readonly from: number;
  to: number;
}

/** Runs a record in virtual time. */
export function execute(diagram: Diagram): Execution {
  const { column, inputs, live, expected, values, error, unsub, build } = diagram;
  const lines = [...Object.values(inputs), ...Object.values(expected)];
  const columns = Math.max(...lines.map(width));
  const named = { ...letters(lines), ...values };
  const heard: { actual: Message[]; expected: Message[] }[] = [];
  const told: Record<string, Message[]> = {};
  const subscriptions: Record<string, Span[]> = {};

  const scheduler = new TestScheduler((actual: Message[], announced: Message[]) => {
    heard.push({ actual: actual.map(inColumns(column)), expected: announced.map(inColumns(column)) });
  });
  scheduler.run(({ hot, expectObservable }) => {
    TestScheduler.frameTimeFactor = column; // run() puts it back
    const open = (name: string, line: string) => {
      told[name] = TestScheduler.parseMarbles(line, named, error, false, true).map(inColumns(column));
      const spans: Span[] = (subscriptions[name] = []);
      const latest$ = live.includes(name) ? new Subject<unknown>() : new ReplaySubject<unknown>(1);
      hot(line, named, error).subscribe(latest$);
      return new Observable((subscriber) => {
        const span = { from: scheduler.now() / column, to: Infinity };
        spans.push(span);
        subscriber.add(() => (span.to = scheduler.now() / column));
        return latest$.subscribe(subscriber);
      });
    };
    const streams = Object.fromEntries(Object.entries(inputs).map(([name, line]) => [name, open(name, line)]));
    const built = build(streams, { scheduler });
    for (const [name, line] of Object.entries(expected)) {
      expectObservable(built[name]!, unsub ?? `${'-'.repeat(columns)}!`).toBe(line, named, error);
    }
  });

  const outputs = Object.fromEntries(Object.keys(expected).map((name, index) => [name, heard[index]!]));
  return { columns, inputs: told, outputs, subscriptions };
}

/** A subscription as one would write it. */
export const spelled = ({ from, to }: Span): string => {
  const before = '-'.repeat(from);
  if (to === Infinity) return `${before}^`;
  return to === from ? `${before}(^!)` : `${before}^${'-'.repeat(to - from - 1)}!`;
};

/** A letter without a value stands for itself. */
const letters = (lines: readonly string[]) => Object.fromEntries([...lines.join('')].map((letter) => [letter, letter]));

export const width = (line: string): number => line.replaceAll(' ', '').length;

const inColumns =
  (column: number) =>
  ({ frame, notification }: { frame: number; notification: unknown }): Message => ({
    frame: frame / column,
    notification: notification as Message['notification'],
  });
