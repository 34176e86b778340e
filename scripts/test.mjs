/**
 * `npm test`: sets up, builds, checks format, lint, types, import rules, reference, documented examples and what would
 * be published, then runs all tests. `npm test -- <filter or jest options>` only builds and runs jest with them.
 */
import process from 'node:process';
import { checks } from './checks.mjs';
import { compile } from './compile.mjs';
import { install } from './install.mjs';
import { runJest } from './jest.mjs';
import { setUpTests } from './set-up.mjs';
import { parallel, script } from './steps.mjs';

await script(async () => {
  const filter = process.argv.slice(2);
  if (filter.length > 0) await setUpTests();
  else await check();
  process.exitCode = await runJest(filter);
});

/** The format is that of the sources, so it is checked beside the compiler. Whoever packs the packages bundles them. */
async function check() {
  await install();
  const { format, ...others } = checks;
  await Promise.all([compile(), parallel([format])]);
  await parallel(Object.values(others));
}
