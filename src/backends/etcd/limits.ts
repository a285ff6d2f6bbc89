import { InvalidOptionsError } from '../../core/errors.js';

/** Bytes of UTF-8. The server takes 1.5 MiB a request, and would take keys that no watch should carry. */
export const limits = { key: 4_096, value: 1_048_576 };

/** @throws {InvalidOptionsError} at once, for what the store could not hold. */
export function fits({ key, id = '', value = '' }: { key: string; id?: string | undefined; value?: string | undefined }): void {
  if (key === '') throw new InvalidOptionsError('key must not be empty.');
  atMost('key', key, limits.key);
  atMost('id', id, limits.key);
  atMost('value', value, limits.value);
}

function atMost(name: string, text: string, most: number): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > most) throw new InvalidOptionsError(`${name} must have at most ${most} bytes, but has ${bytes}.`);
}
