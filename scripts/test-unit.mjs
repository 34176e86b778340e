/** `npm run test:unit`: sets up and runs the tests, all or those that a filter names, and checks nothing else. */
import process from 'node:process';
import { runJest } from './jest.mjs';
import { setUpTests } from './set-up.mjs';
import { script } from './steps.mjs';

await script(async () => {
  await setUpTests();
  process.exitCode = await runJest(process.argv.slice(2));
});
