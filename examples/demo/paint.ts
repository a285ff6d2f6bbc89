import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'inverse' | 'cyan' | 'magenta' | 'yellow' | 'red' | 'white';
export type Paint = (style: Style | Style[], text: string) => string;

/** Colours where they are welcome: a terminal that has them, and no NO_COLOR. */
export const paintFor = (stream: Partial<Pick<WriteStream, 'isTTY' | 'hasColors'>>): Paint =>
  stream.isTTY && !process.env.NO_COLOR && stream.hasColors?.() ? (style, text) => styleText(style, text) : (_, text) => text;
