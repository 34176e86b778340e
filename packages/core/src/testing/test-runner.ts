/** What a contract needs of a test runner: `describe` and `test` of jest, vitest, mocha or `node:test`. */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly test: (name: string, body: () => Promise<void>) => unknown;
}
