import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { pathToFileURL } from 'node:url';

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

const JUDGED = /src\/(operators|recipes)\/[^/]+\.ts$/;

/** Which lines ran, as V8 counts them. */
export class Reached {
  readonly #session = new Session();

  constructor(private readonly file: string) {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** @returns `src/operators/x.ts:12` for each line that did not. */
  end(): string[] {
    let ranges: Range[] = [];
    this.#session.post('Profiler.takePreciseCoverage', (_, told) => {
      const url = pathToFileURL(this.file).href;
      ranges = told.result
        .filter((script) => script.url.startsWith(url))
        .flatMap(({ functions }) => functions.flatMap((each) => each.ranges));
    });
    this.#session.post('Profiler.stopPreciseCoverage');
    this.#session.disconnect();
    return this.#unreached(ranges);
  }

  #unreached(ranges: readonly Range[]): string[] {
    const text = readFileSync(this.file, 'utf8');
    const map = new SourceMap(JSON.parse(readFileSync(`${this.file}.map`, 'utf8')) as SourceMapPayload);
    const ran = new Uint8Array(text.length);
    const outerFirst = [...ranges].sort((one, other) => one.startOffset - other.startOffset || other.endOffset - one.endOffset);
    outerFirst.forEach(({ startOffset, endOffset, count }) => ran.fill(count > 0 ? 1 : 0, startOffset, endOffset));
    const lines = new Map<string, boolean>();
    let start = 0;
    text.split('\n').forEach((line, at) => {
      for (const { index } of at === 0 ? [] : line.matchAll(/\w+/g)) {
        const entry = map.findEntry(at - 1, index); // the sandbox is the first line, and not in the map
        if (!('originalSource' in entry) || entry.generatedLine !== at - 1) continue;
        const file = JUDGED.exec(entry.originalSource)?.[0];
        if (file) note(`${file}:${entry.originalLine + 1}`, ran[start + index] === 1);
      }
      start += line.length + 1;
    });
    function note(line: string, reached: boolean): void {
      lines.set(line, reached || lines.get(line) === true);
    }
    return [...lines].filter(([, reached]) => !reached).map(([line]) => line);
  }
}
