/** `npm run api`: builds, then writes the public surface and the lists of published files to docs/surface. */
import process from 'node:process';
import { setUp } from './set-up.mjs';
import { script, step } from './steps.mjs';

await script(async () => {
  await setUp();
  await step('public surface', [process.execPath, 'scripts/surface.mjs', '--write']);
  await step('lists of published files', [process.execPath, 'scripts/check-packages.mjs', '--write']);
});
