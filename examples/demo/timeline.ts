import type { Leader } from '../../src/index.js';
import type { Paint } from './paint.js';
import type { Told, What } from './told.js';

/** What can be drawn: told$ so far, and who was seen to lead. */
export interface Picture {
  readonly names: readonly string[];
  readonly told: readonly Told[];
  readonly seen: readonly { at: number; leader: Leader | null }[];
  readonly from: number;
  /** Milliseconds for which there is room at least. */
  readonly span: number;
}

const MARBLES: Record<What, string> = {
  stands: '○',
  leads: '●',
  lost: '◌',
  'stepped down': '◇',
  resigned: '□',
  crashed: '✖',
  'cut off': '┤',
  reconnected: '├',
};
export const LEGEND = '○ stands  ● leads  ✖ crashes  ◇ steps down  ┤ cut off ├  ◌ lost  □ resigns';
const COLOURS = ['cyan', 'magenta', 'yellow'] as const;
const LABEL = 10;

export type Colour = (typeof COLOURS)[number] | 'red' | 'white';

export const colourOf = (names: readonly string[], name: string): Colour => COLOURS[names.indexOf(name) % COLOURS.length] ?? 'white';

/** A line for each candidate with a marble where something happens, a ruler, and the leader as an observer sees it. */
export function timeline(picture: Picture, until: number, width: number, paint: Paint): string[] {
  const columns = Math.max(20, width - LABEL - 2);
  const scale = Math.max(picture.span, until - picture.from) / (columns - 1);
  const column = (at: number) => Math.min(columns - 1, Math.max(0, Math.floor((at - picture.from) / scale)));
  const label = (text: string) => `  ${text.padEnd(LABEL - 2)}`;
  const lanes = picture.names.flatMap((name) => [paint(['bold', colourOf(picture.names, name)], label(name)) + lane(name), '']);
  return [...lanes, paint('dim', label('') + ruler(columns, scale)), paint('bold', label('leader$')) + observed()];

  function lane(name: string): string {
    const cells = new Array<string>(columns).fill(' ');
    let [line, next] = [' ', 0];
    const [state, colour] = [{ leads: false, cut: false }, colourOf(picture.names, name)];
    const fill = (to: number) => {
      for (; next < to; next++) cells[next] = paint(state.leads ? ['bold', colour] : ['dim', colour], line);
    };
    for (const { what, at } of picture.told.filter(({ who }) => who === name)) {
      fill(column(at));
      if (next < columns)
        cells[next++] = paint(['bold', marbleColour(what, colour)], state.leads && what === 'cut off' ? '┥' : MARBLES[what]);
      state.leads = what === 'leads' || (what === 'cut off' && state.leads);
      state.cut = what === 'cut off' || (state.cut && what === 'lost');
      line = lineOf(what, state);
    }
    fill(column(until) + 1);
    return cells.join('');
  }

  function observed(): string {
    let text = '';
    let length = 0;
    picture.seen.forEach(({ at, leader }, index) => {
      const [start, end] = [Math.max(length, column(at)), column(picture.seen[index + 1]?.at ?? until)];
      const room = Math.max(0, end - start);
      text += ' '.repeat(start - length);
      length = start + room;
      if (!leader) text += paint('dim', '·'.repeat(room));
      else text += paint(['inverse', colourOf(picture.names, leader.id)], ` ${leader.id}`.slice(0, room).padEnd(room));
    });
    return text;
  }
}

function lineOf(what: What, { leads, cut }: { leads: boolean; cut: boolean }): string {
  if (what === 'crashed' || what === 'resigned') return ' ';
  if (cut) return leads ? '╍' : '┄';
  return leads ? '━' : '─';
}

const marbleColour = (what: What, own: Colour): Colour =>
  what === 'crashed' || what === 'cut off' ? 'red' : what === 'lost' ? 'white' : own;

function ruler(columns: number, scale: number): string {
  const step = [1, 2, 5, 10].find((each) => (each * 1000) / scale >= 8) ?? 20;
  const marks = new Array<string>(columns).fill(' ');
  for (let second = 0; Math.floor((second * 1000) / scale) < columns - 3; second += step) {
    [...`${second} s`].forEach((character, index) => (marks[Math.floor((second * 1000) / scale) + index] = character));
  }
  return marks.join('');
}
