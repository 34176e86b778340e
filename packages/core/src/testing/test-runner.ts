/**
 * What a contract needs of a test runner: `describe` and `test` of jest, vitest, mocha or `node:test`.
 *
 * @group Contracts
 */
export interface TestRunner {
  /** Groups tests. */
  readonly describe: (name: string, body: () => void) => unknown;
  /** Declares a test. */
  readonly test: (name: string, body: () => Promise<void>) => unknown;
}
