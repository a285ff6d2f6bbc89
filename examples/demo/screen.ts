import { stripVTControlCharacters } from 'node:util';
import type { Leader } from '../../src/index.js';
import { paintFor } from './paint.js';
import type { Scene } from './scene.js';
import type { HandOver } from './story.js';
import { LEGEND, colourOf, timeline } from './timeline.js';
import { type Told, duration, now, seconds } from './told.js';

export interface Screen {
  tell(told: Told): void;
  see(leader: Leader | null): void;
  handedOver(handOver: HandOver): void;
  /** The last look stays on the terminal. */
  close(): void;
}

const WORDS: Record<Told['what'], string> = {
  stands: 'stands for election',
  leads: 'leads',
  lost: 'says false, before the store lets anybody else in',
  'stepped down': 'steps down, and queues again at the end',
  resigned: 'resigns',
  crashed: 'crashes',
  'cut off': 'is cut off: nothing gets through, and nobody tells it',
  reconnected: 'has its network back, and stands again',
};

/** A line that wrapped would move everything below it: one that is too long loses its colours and its end. */
const fitting = (line: string, width: number) => {
  const plain = stripVTControlCharacters(line);
  return plain.length < width ? line : plain.slice(0, width - 1);
};

/** A picture that is drawn again as it grows; without a terminal, a line for each thing that happens. */
export function screen(
  { title, names, span, words }: Omit<Scene, 'cast' | 'close'>,
  out: NodeJS.WriteStream = process.stdout,
): Screen {
  const [paint, from] = [paintFor(out), now()];
  const [told, lines, handOvers]: [Told[], string[], HandOver[]] = [[], [], []];
  const seen: { at: number; leader: Leader | null }[] = [];
  const live = Boolean(out.isTTY) && process.env.TERM !== 'dumb';
  let height = 0;

  const draw = (below: readonly string[] = []) => {
    const [width, rows] = [Math.min(out.columns || 80, 132), out.rows || 24];
    const picture = timeline({ names, told, seen, from, span }, now(), width, paint);
    const head = ['', `  ${paint('bold', title)}`, `  ${paint('dim', LEGEND)}`, ''];
    const room = Math.max(1, rows - head.length - picture.length - below.length - 2);
    const frame = [...head, ...picture, '', ...lines.slice(-room), ...below].map((line) => fitting(line, width));
    out.write(`${height > 0 ? `\x1b[${height}A` : ''}${frame.map((line) => `${line}\x1b[K\n`).join('')}\x1b[J`);
    height = frame.length;
  };
  const cleared = () => {
    out.write('\x1b[2J\x1b[H');
    height = 0;
    draw();
  };
  const showCursor = () => live && out.write('\x1b[?25h');

  process.once('exit', showCursor);
  if (live) out.on('resize', cleared).write('\x1b[?25l');
  else out.write(`${title}\n`);
  const beat = live ? setInterval(draw, 100) : undefined;

  return {
    tell: (event) => {
      const time = paint('dim', seconds(event.at - from).padStart(9));
      const who = paint(colourOf(names, event.who), event.who.padEnd(6));
      const more = event.token === undefined ? (event.note ?? '') : paint('dim', `with token ${event.token}`);
      const line = `${time}  ${who}${words[event.what] ?? WORDS[event.what]} ${more}`.trimEnd();
      told.push(event);
      lines.push(line);
      if (live) draw();
      else out.write(`${line}\n`);
    },
    see: (leader) => void seen.push({ at: now(), leader }),
    handedOver: (handOver) => void handOvers.push(handOver),
    close: () => {
      clearInterval(beat);
      out.off('resize', cleared);
      if (live) draw(summary());
      else out.write(summary().map((line) => `${line}\n`).join('')); // prettier-ignore
      showCursor();
    },
  };

  function summary(): string[] {
    const rows = handOvers.map(({ why, from, to, took, lead }) => {
      const before = lead === undefined ? '' : paint('dim', `   ${from} had said false ${duration(lead)} before`);
      return `  ${why.padEnd(14)}${`${from} → ${to}`.padEnd(14)}${paint('bold', duration(took).padStart(9))}${before}`;
    });
    return rows.length === 0 ? [] : ['', `  ${paint('bold', 'From what was done to true at the next leader')}`, ...rows, ''];
  }
}
