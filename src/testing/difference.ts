/** Says how two logs of a marble test differ, a line each event; runners that draw their own diff find both on the error. */
export const difference = (actual: unknown, expected: unknown): Error =>
  Object.assign(new Error(`What happened is not what was expected.\n  expected${drawn(expected)}\n  actual${drawn(actual)}`), {
    actual,
    expected,
  });

interface Logged {
  readonly frame?: number;
  readonly notification?: { readonly kind: 'N' | 'E' | 'C'; readonly value?: unknown; readonly error?: unknown };
  readonly subscribedFrame?: number;
  readonly unsubscribedFrame?: number;
}

const drawn = (log: unknown): string => {
  const lines = Array.isArray(log) ? log.map((each) => event(each as Logged)) : [text(log)];
  return lines.length === 0 ? ': nothing' : lines.map((line) => `\n    ${line}`).join('');
};
const event = ({ frame, notification, subscribedFrame, unsubscribedFrame }: Logged): string => {
  if (!notification) return `${subscribedFrame} subscribed, ${unsubscribedFrame} unsubscribed`;
  const what = { N: () => text(notification.value), E: () => `error ${text(notification.error)}`, C: () => 'complete' };
  return `${frame} ${what[notification.kind]()}`;
};
const text = (value: unknown): string => {
  if (value instanceof Error) return `${String(value)} ${text({ ...value, cause: value.cause })}`;
  try {
    return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each)) ?? String(value);
  } catch {
    return String(value); // a cycle
  }
};
