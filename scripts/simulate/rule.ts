/** What kind of promise a message is about: without its moment, its numbers and its details. */
export const kindOf = (message: string | undefined): string | undefined =>
  message
    ?.replace(/^at \d+ ms: /, '')
    .replace(/\s*\(.*\)/s, '')
    .replace(/\d+/g, '#');
