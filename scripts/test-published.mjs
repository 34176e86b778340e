/**
 * Runs the tests of the storages once more, over the files that are published instead of the modules that they are made
 * of: the packages' `exports` know both, and `--conditions=published` chooses. Left out is what compares with a second
 * copy in `dist`.
 */
import process from 'node:process';
import { runJest } from './jest.mjs';
import { packages } from './packages.mjs';
import { setUp } from './set-up.mjs';
import { root, script, step } from './steps.mjs';

const tests = process.argv.slice(2);

await script(async () => {
  await setUp();
  for (const name of packages) {
    const bundle = [process.execPath, `${root}/scripts/bundle.mjs`];
    await step(`bundle of ${name}`, bundle, { cwd: `${root}/packages/${name}` });
  }
  process.env.LATCHKEY_CONDITION = 'published';
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --conditions=published`;
  const chosen = tests.length > 0 ? tests : ['packages/storage-redis', 'packages/storage-file'];
  process.exitCode = await runJest([...chosen, '--testPathIgnorePatterns', 'copies', '/node_modules/']);
});
