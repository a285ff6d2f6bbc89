import { renderMarbleDiagram } from '@swirly/renderer-node';
import { lightStyles } from '@swirly/theme-default-light';
import { deepEqual } from '../src/testing/deepEqual.js';
import type { Diagram } from './diagram.js';
import type { Execution, Message, Span } from './execute.js';

const [COLUMN, PADDING, LETTER, ROW] = [26, 16, 8.5, 18];
const MONO = 'ui-monospace, Menlo, Consolas, monospace';
const QUIET = { fill_color: '#eeeeee' };
const YES = { fill_color: '#b5e5b0' };

interface Drawing {
  readonly xml: string;
  readonly width: number;
  readonly height: number;
}
const styles = {
  ...lightStyles,
  ...{ canvas_padding: PADDING, frame_width: COLUMN, stream_spacing: 10, minimum_height: 0 },
  ...{ event_radius: 12, event_stroke_width: 1.5, event_value_font_size: 14, event_value_font_family: MONO, stacking_height: 26 },
  ...{ error_size: 18, completion_height: 28, arrow_stroke_width: 1.5, range_height: 8 },
  ...{ operator_height: 36, operator_stroke_width: 1.5, operator_corner_radius: 8, operator_spacing: 4 },
  ...{ operator_title_font_size: 14, operator_title_font_family: MONO, stream_title_font_size: 14, stream_title_font_family: MONO },
};

/** A record as it ran, drawn: inputs with grey where they are subscribed to, the call, the outputs, and marks for what happens. */
export function picture(diagram: Diagram, { columns, inputs, outputs, subscriptions }: Execution): string {
  const names = [...Object.keys(inputs), ...Object.keys(outputs)];
  const titleWidth = Math.max(...names.map((name) => name.length)) * LETTER + 2 * PADDING;
  const line = (title: string, messages: readonly Message[], spans: readonly Span[] = []) => ({
    ...{ kind: 'S', title, frame: 0, duration: columns },
    messages: messages.map((message) => spaced(message, messages)).map((message) => drawn(message, diagram)),
    decorations: spans.filter(({ from, to }) => to > from).map(range(columns)),
  });
  const content = [
    ...Object.entries(inputs).map(([name, told]) => line(name, told, name in diagram.subscriptions ? subscriptions[name] : [])),
    { kind: 'O', title: [{ type: 'text', value: spread(diagram.title) }] },
    ...Object.entries(outputs).map(([name, { actual }]) => line(name, actual)),
  ];
  const minimum = { stream_title_width: titleWidth, minimum_width: diagram.title.length * LETTER + 2 * PADDING };
  const { xml, width, height }: Drawing = renderMarbleDiagram({ content }, { styles: { ...styles, ...minimum } });
  const { lines, labels } = marked(diagram, { left: PADDING + titleWidth, width, height });
  const size = (tall: number) => `viewBox="0 0 ${width} ${tall}" width="${width}" height="${tall}"`;
  const tall = height + labels.length * ROW;
  return `${xml
    .replace(size(height), size(tall))
    .replace(`height="${height}" fill="white"/>`, `height="${tall}" fill="white"/>${lines.join('')}`)
    .replace('</svg>', `${labels.join('')}</svg>`)
    .replaceAll('dominant-baseline="middle"', 'dy="0.35em"') // which every viewer knows
    .replaceAll('><', '>\n<')}\n`;
}

/** An end in the same column as a value would hide it. */
const spaced = (message: Message, all: readonly Message[]): Message => {
  const covers = message.notification.kind !== 'N' && all.some((other) => other !== message && other.frame === message.frame);
  return covers ? { ...message, frame: message.frame + 0.9 } : message;
};

const drawn = ({ frame, notification }: Message, { values }: Diagram) => {
  if (notification.kind !== 'N') return { frame, notification: { kind: notification.kind } };
  const { value } = notification;
  const letter = Object.keys(values).find((key) => deepEqual(values[key], value)) ?? String(value);
  const style = value === true ? YES : value === false || value === null ? QUIET : undefined;
  return { frame, notification: { kind: 'N', value: letter }, styles: style };
};

const range =
  (columns: number) =>
  ({ from, to }: Span) => ({ kind: 'range', frame: from, duration: Math.min(to, columns) - from });

interface Frame {
  readonly left: number;
  readonly width: number;
  readonly height: number;
}
/** For each mark a dashed line, to go behind the streams, and below them what it means. */
function marked({ marks, unsub, note }: Diagram, { left, width, height }: Frame): { lines: string[]; labels: string[] } {
  const all = Object.entries({ ...(unsub && { unsubscribed: unsub }), ...marks });
  const places = all.map(([label, line], row) => ({
    label,
    x: left + line.replaceAll(' ', '').indexOf('!') * COLUMN,
    y: height + row * ROW,
  }));
  const stroke = `stroke="#999999" stroke-width="1" stroke-dasharray="3"`;
  return {
    lines: places.map(({ x, y }) => `<line x1="${x}" y1="${PADDING / 2}" x2="${x}" y2="${y + 4}" ${stroke}/>`),
    labels: [
      ...places.map(({ label, x, y }) => {
        const fits = x + label.length * LETTER < width;
        return text(label, { x: fits ? x + 6 : x - 6, y: y + 2, anchor: fits ? 'start' : 'end' });
      }),
      ...(note ? [text(note, { x: PADDING, y: height + places.length * ROW + 2, anchor: 'start' })] : []),
    ],
  };
}

const FONT = `font-family="${MONO}" font-size="13px" fill="#444444" stroke="white" stroke-width="5" paint-order="stroke"`;
const text = (label: string, { x, y, anchor }: { x: number; y: number; anchor: 'start' | 'end' }) =>
  `<text x="${x}" y="${y}" ${FONT} text-anchor="${anchor}">${escaped(label)}</text>`;
/** SVG draws several spaces as one. */
const spread = (text: string) => text.replaceAll(/ {2,}/g, ' · ');
const escaped = (text: string) => spread(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
