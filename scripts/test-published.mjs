/** Runs the tests of the packages once more, over the files that are published instead of the modules that they are made of. */
import process from 'node:process';
import { runJest } from './jest.mjs';
import { packages } from './packages.mjs';
import { setUpTests } from './set-up.mjs';
import { script } from './steps.mjs';

const tests = process.argv.slice(2);

/** What compares with a second copy in `dist`, or looks at a module by itself, whose classes are then two. */
const leftOut = ['copies', 'error-classes', 'refusals', 'endpoint-answer', 'known-grants'];

await script(async () => {
  await setUpTests();
  console.log(`Left out, since they look into modules: ${leftOut.join(', ')}.`);
  const chosen = tests.length > 0 ? tests : packages.map((name) => `packages/${name}/`);
  const options = ['--testPathIgnorePatterns', ...leftOut, '/node_modules/'];
  process.exitCode = await runJest([...chosen, ...options], { LATCHKEY_CONDITION: 'published' });
});
