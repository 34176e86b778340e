/**
 * A jest reporter that ends the output with one plain line, such as `123 passed, 0 failed`. It is written as the process
 * exits, since jest prints its own summary after all other reporters. A suite that could not run counts as a failure.
 */
import { writeSync } from 'node:fs';
import process from 'node:process';

export default class CountReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const line = `${results.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
    process.once('exit', () => writeSync(1, `\n${line}\n`));
  }
}
