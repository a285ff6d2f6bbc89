/** Strict structural equality, without a test runner or Node. Errors by name, message, fields and cause, never by stack. */
export function deepEqual(a: unknown, b: unknown, seen = new Map<unknown, unknown>()): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (seen.get(a) === b) return true; // a cycle: equal unless something else differs
  seen.set(a, b);
  const [left, right] = [fields(a), fields(b)];
  return left.size === right.size && [...left].every(([name, value]) => right.has(name) && deepEqual(value, right.get(name), seen));
}

/** What makes up a value. A field that is undefined counts as absent: `{ cause: undefined }` says no more than `{}`. */
function fields(value: object): Map<unknown, unknown> {
  if (value instanceof Map) return value;
  if (value instanceof Set) return new Map([...value].map((each) => [each, true]));
  if (value instanceof Date) return new Map([['time', value.getTime()]]);
  const own = Object.entries(value);
  const hidden = value instanceof Error ? Object.entries({ name: value.name, message: value.message, cause: value.cause }) : [];
  return new Map([...own, ...hidden].filter(([, each]) => each !== undefined));
}
