/** What a conformance suite needs of a test runner: vitest, jest, mocha with chai-jest or `node:test` with `expect` all have it. */
export interface Runner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: () => Promise<void>) => unknown;
  readonly expect: (actual: unknown) => {
    toBe(expected: unknown): unknown;
    toMatchObject(expected: object): unknown;
  };
}
