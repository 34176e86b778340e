/** Runs the tests of the packages once more, over the files that are published instead of the modules that they are made of. */
import process from 'node:process';
import { runJest } from './jest.mjs';
import { packages } from './packages.mjs';
import { usePublished } from './published-condition.mjs';
import { setUp } from './set-up.mjs';
import { script } from './steps.mjs';

const tests = process.argv.slice(2);

/** What compares with a second copy in `dist`, or looks at a module by itself, whose classes are then two. */
const leftOut = ['copies', 'error-classes', 'refusals', 'endpoint-answer', 'known-grants'];

await script(async () => {
  await setUp();
  await usePublished();
  console.log(`Left out, since they look into modules: ${leftOut.join(', ')}.`);
  const chosen = tests.length > 0 ? tests : packages.map((name) => `packages/${name}/`);
  process.exitCode = await runJest([...chosen, '--testPathIgnorePatterns', ...leftOut, '/node_modules/']);
});
