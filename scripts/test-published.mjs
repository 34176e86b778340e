/**
 * Runs the tests of the packages once more, over the files that are published instead of the modules that they are made
 * of: the packages' `exports` know both, and `--conditions=published` chooses.
 */
import process from 'node:process';
import { runJest } from './jest.mjs';
import { packages } from './packages.mjs';
import { setUp } from './set-up.mjs';
import { root, script, step } from './steps.mjs';

const tests = process.argv.slice(2);

/** What compares with a second copy in `dist`, or looks at a module by itself, whose classes are then two. */
const leftOut = ['copies', 'error-classes', 'refusals', 'endpoint-answer', 'known-grants'];

await script(async () => {
  await setUp();
  for (const name of packages) {
    const bundle = [process.execPath, `${root}/scripts/bundle.mjs`];
    await step(`bundle of ${name}`, bundle, { cwd: `${root}/packages/${name}` });
  }
  process.env.LATCHKEY_CONDITION = 'published';
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --conditions=published`;
  console.log(`Left out, since they look into modules: ${leftOut.join(', ')}.`);
  const chosen = tests.length > 0 ? tests : packages.map((name) => `packages/${name}/`);
  process.exitCode = await runJest([...chosen, '--testPathIgnorePatterns', ...leftOut, '/node_modules/']);
});
