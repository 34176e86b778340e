/**
 * `npm run api`: builds, then writes what is kept for review: the public surface and the lists of published files to
 * docs/surface, and docs/pictures.
 */
import process from 'node:process';
import { setUp } from './set-up.mjs';
import { script, step } from './steps.mjs';

await script(async () => {
  await setUp();
  await step('public surface', [process.execPath, 'scripts/surface.mjs', '--write']);
  await step('lists of published files', [process.execPath, 'scripts/check-packages.mjs', '--write']);
  await step('pictures', [process.execPath, 'scripts/pictures.mjs', '--write']);
});
