import { InvalidOptionsError } from '../../core/errors.js';

/** Bytes of UTF-8. The server takes 1.5 MiB a request, and would take keys that no watch should carry. */
export const limits = { key: 4_096, value: 1_048_576 };

const bytes = (text: string) => Buffer.byteLength(text);

/** @throws {InvalidOptionsError} at once, for what the store could not hold. */
export function fits({ key, value = '' }: { key: string; value?: string | undefined }): void {
  if (key === '') throw new InvalidOptionsError('key must not be empty.');
  if (bytes(key) > limits.key) throw new InvalidOptionsError(`key must have at most ${limits.key} bytes, but has ${bytes(key)}.`);
  if (bytes(value) > limits.value)
    throw new InvalidOptionsError(`value must have at most ${limits.value} bytes, but has ${bytes(value)}.`);
}
