import type { Observable } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';

/** One picture as data: the runner proves it, and the renderer draws what the run showed. Column n is the same moment on every line. */
export interface Diagram {
  /** Tells the pictures of one file apart, and what this one shows: 'one renewal lost'. */
  readonly name?: string | undefined;
  /** What is drawn between inputs and outputs: the call. */
  readonly title: string;
  /** Milliseconds a column. */
  readonly column: number;
  readonly inputs: Readonly<Record<string, string>>;
  /** By the name that is drawn; a single output is drawn without one. */
  readonly expected: Readonly<Record<string, string>>;
  readonly live: readonly string[];
  readonly values: Readonly<Record<string, unknown>>;
  readonly error: unknown;
  /** By input: when it is subscribed to, `^--!` each time. */
  readonly subscriptions: Readonly<Record<string, readonly string[]>>;
  /** When the outputs are unsubscribed, `---!`; without it at the end of the longest line. */
  readonly unsub: string | undefined;
  /** What happens where, by label: `-----!`. */
  readonly marks: Readonly<Record<string, string>>;
  /** What the letters mean, where they don't say so. */
  readonly note: string | undefined;
  readonly build: (inputs: Record<string, Observable<unknown>>, tools: Tools) => Record<string, Observable<unknown>>;
}

export interface Tools {
  /** Virtual time, for whatever asks for a clock. */
  readonly scheduler: TestScheduler;
}

/** A {@link Diagram} as it is written down: `build` knows the type of each input from the letters on its line. */
export interface DiagramRecord<Inputs extends Record<string, string>, Values extends Record<string, unknown>, Expected> {
  name?: string;
  title: string;
  /** Milliseconds a column. @default 1 */
  column?: number;
  /** Hot, all from the first column; each tells its latest value to whoever comes late. `#` is the record's `error`. */
  inputs: Inputs;
  /** Inputs that tell nothing of the past. */
  live?: readonly (keyof Inputs & string)[];
  /** One line, or one for each stream that `build` returns, by name. */
  expected: Expected;
  values: Values;
  error?: unknown;
  subscriptions?: { readonly [Name in keyof Inputs]?: string | readonly string[] };
  unsub?: string;
  marks?: Readonly<Record<string, string>>;
  note?: string;
  build: (inputs: { [Name in keyof Inputs]: Observable<Told<Inputs[Name], Values>> }, tools: Tools) => Built<Expected>;
}

/**
 * A record, checked where it is written: the inputs of `build` are typed by the values that their lines carry.
 *
 *     export default diagram({
 *       title: 'delay(2)',
 *       inputs: { source: 'a---|' },
 *       expected: '        --a---|',
 *       values: { a: 1 },
 *       build: ({ source }, { scheduler }) => source.pipe(delay(2, scheduler)),
 *     });
 */
export function diagram<
  const Inputs extends Record<string, string>,
  Values extends Record<string, unknown>,
  const Expected extends string | Record<string, string>,
>(record: DiagramRecord<Inputs, Values, Expected>): Diagram {
  const {
    name,
    title,
    column = 1,
    inputs,
    live = [],
    expected,
    values,
    error,
    subscriptions = {},
    unsub,
    marks = {},
    note,
    build,
  } = record;
  const single = typeof expected === 'string';
  return {
    ...{ name, title, column, inputs, live, values, error, unsub, marks, note },
    expected: single ? { '': expected } : expected,
    subscriptions: Object.fromEntries(
      Object.entries<string | readonly string[]>(subscriptions).map(([input, lines]) => [input, [lines].flat()]),
    ),
    build: (streams, tools) => {
      const built = build(streams as Parameters<typeof build>[0], tools);
      return (single ? { '': built } : built) as Record<string, Observable<unknown>>;
    },
  };
}

type Told<Line extends string, Values> = { [Letter in Letters<Line>]: Named<Letter, Values> }[Letters<Line>];
type Named<Letter, Values> = Letter extends keyof Values
  ? Values[Letter]
  : Letter extends `${infer Digit extends number & keyof Values}`
    ? Values[Digit]
    : Letter;
type Letters<Line extends string, Found = never> = Line extends `${infer First}${infer Rest}`
  ? Letters<Rest, Found | Exclude<First, '-' | '|' | '#' | '(' | ')' | ' '>>
  : Found;
type Built<Expected> = Expected extends string ? Observable<unknown> : { [Name in keyof Expected]: Observable<unknown> };
