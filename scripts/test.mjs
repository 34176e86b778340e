/**
 * `npm test`: sets up, builds, checks format, lint, types, import rules, reference, documented examples and what would
 * be published, then runs all tests. `npm test -- <filter or jest options>` only builds and runs jest with them.
 */
import process from 'node:process';
import { checks } from './checks.mjs';
import { runJest } from './jest.mjs';
import { setUp } from './set-up.mjs';
import { parallel, script } from './steps.mjs';

await script(async () => {
  const filter = process.argv.slice(2);
  await setUp();
  if (filter.length === 0) await parallel(Object.values(checks));
  process.exitCode = await runJest(filter);
});
